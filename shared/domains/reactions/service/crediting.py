"""Likes that authors have received: counted after they were given, each change once, however often it is told."""

from dataclasses import dataclass
from typing import Any

from shared.base import clock, counts
from shared.base.consuming import Change, Item
from shared.base.settings import setting
from shared.base.tables import answering
from shared.base.transactions import write_together
from shared.contract.limits import DAY
from shared.domains.accounts.store import numbers
from shared.domains.reactions import store
from shared.domains.reactions.model import Reaction
from shared.domains.videos.model import Status
from shared.domains.videos.store.videos import VideoStore, counted_as

_KEPT = 2 * DAY
"""Seconds that a change is remembered; it is told within one day or never."""


@dataclass(frozen=True)
class CreditService:
    """Counts likes for authors."""

    videos: VideoStore

    @classmethod
    def open(cls) -> "CreditService":
        """On the stage's tables."""
        return cls(VideoStore.open())

    def credit(self, change: Change) -> None:
        """Count a change of the table of reactions for who shows the video; nothing for one that is deleted.

        Two calls.
        """
        more = _liked(change.after) - _liked(change.before)
        if not more:
            return
        video = self.videos.get(change.key["target"]["S"].removeprefix(counted_as("")))
        if video is None or video.status is Status.DELETED:
            return
        received = counts.adding(numbers.subject(video.owner_id), change.key["user_id"]["S"], {"likes": more})
        with answering(store.WHAT):
            write_together(_first_time(change.change_id), received)


def _liked(item: Item | None) -> bool:
    return bool(item) and item["reaction"]["S"] == Reaction.LIKE


def _first_time(change_id: str) -> dict[str, Any]:
    """The part of a transaction that is refused when the change was counted before."""
    item = {"pk": {"S": f"credited#{change_id}"}, "expires_at": {"N": str(int(clock.now()) + _KEPT)}}
    table = setting("OPERATIONS_TABLE")
    return {"Put": {"TableName": table, "Item": item, "ConditionExpression": "attribute_not_exists(pk)"}}
