"""Counting views, batch by batch: each viewer once in a video's half hour, however often their view is given out."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from shared.base import logs
from shared.base.consuming import Message
from shared.base.errors import UnavailableError
from shared.domains.views.model import View
from shared.domains.views.rules.tally import tallied
from shared.domains.views.store import ViewStore

TRIES = 8
"""How often a batch is counted anew because another one was counted meanwhile."""

MOST_ENDS = 100
"""DynamoDB takes 300 operations in an expression; the ones that stand for it nest each in the one before."""


@dataclass(frozen=True)
class CountingService:
    """Counts what was left to be counted."""

    store: ViewStore

    @classmethod
    def open(cls) -> "CountingService":
        """With what this process remembers."""
        return cls(ViewStore.open())

    def count(self, messages: Iterable[Message]) -> list[Message]:
        """Count views, with one transaction for each video and half hour among them. The messages that failed."""
        batches, failed = _batches(messages)
        for batch in batches:
            try:
                for some in _portions([view for _, view in batch]):
                    self._count(some)
            except Exception as error:  # noqa: BLE001 - given out again, and no other video waits for it
                logs.log_exception("views could not be counted", error, video_id=batch[0][1].video_id)
                failed += [message for message, _ in batch]
        return failed

    def _count(self, views: list[View]) -> None:
        first = views[0]
        for attempt in range(TRIES):
            known = self.store.counted(first.video_id, first.window, consistent=attempt > 0)
            tally = tallied(views, known.marks)
            if not tally.marks or self.store.count(first.video_id, first.window, known.parts, tally):
                return
        raise UnavailableError("Too many views at this moment")


def _portions(views: list[View]) -> Iterator[list[View]]:
    """Views that one transaction can count: each end of what was watched is a number that it adds to."""
    some, ends = list[View](), 0
    for view in views:
        more = 2 * len(view.watched)
        if some and ends + more > MOST_ENDS:
            yield some
            some, ends = list[View](), 0
        some.append(view)
        ends += more
    yield some


def _batches(messages: Iterable[Message]) -> tuple[list[list[tuple[Message, View]]], list[Message]]:
    """Views of one video and half hour together, each with its message; and the messages that are none."""
    batches: dict[tuple[str, int], list[tuple[Message, View]]] = defaultdict(list)
    failed = []
    for message in messages:
        try:
            view = View.of(message.body)
        except (TypeError, ValueError) as error:
            logs.log_exception("a message is no view", error, message_id=message.message_id)
            failed.append(message)
        else:
            batches[view.video_id, view.window].append((message, view))
    return list(batches.values()), failed
