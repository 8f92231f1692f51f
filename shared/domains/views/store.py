"""Who has been counted: for each video and half hour the marks of its viewers, a part for each batch of views.

A part is never changed, so what was read of them stays true, and the next one is written on the condition that nobody
has written it: whoever is refused has not seen all that were counted.
"""

import functools
import hashlib
from dataclasses import dataclass, field

from shared.base import counts
from shared.base.aws import client
from shared.base.settings import setting
from shared.base.tables import READ_SECONDS, answering
from shared.base.transactions import write_together
from shared.domains.videos.store.videos import counted_as
from shared.domains.views.rules.tally import Tally
from shared.domains.views.rules.viewers import WINDOW_SECONDS, packed, unpacked

KEPT_SECONDS = 15 * 24 * 3600
"""So long marks are kept: SQS may give a message out for four days, and keeps a lost one for ten more."""

MOST_KNOWN = 1_000_000
"""Marks that an instance remembers."""

WHAT = "Views"


@dataclass
class Counted:
    """What one instance knows of a window: the marks of its first `parts` parts."""

    parts: int = 0
    marks: set[int] = field(default_factory=set)


class ViewStore:
    """The table `views`, and what one instance has read of it."""

    def __init__(self) -> None:
        self._known: dict[str, Counted] = {}

    @staticmethod
    @functools.cache
    def open() -> "ViewStore":
        """The one of this process."""
        return ViewStore()

    def counted(self, video_id: str, window: int, *, consistent: bool) -> Counted:
        """The marks that have been counted. Reads what this instance has not read before. Needs VIEWS.query.

        consistent  as of now; else the last part may be missing, and the write that follows is refused
        """
        key = _key(video_id, window)
        if key not in self._known and sum(len(one.marks) for one in self._known.values()) > MOST_KNOWN:
            self._known.clear()
        known = self._known.setdefault(key, Counted())
        while True:
            with answering(WHAT):
                page = client("dynamodb", READ_SECONDS).query(
                    TableName=setting("VIEWS_TABLE"),
                    KeyConditionExpression="#window = :window AND part >= :part",
                    ExpressionAttributeNames={"#window": "window"},
                    ExpressionAttributeValues={":window": {"S": key}, ":part": {"S": _part(known.parts)}},
                    ConsistentRead=consistent,
                )
            for item in page["Items"]:
                if item["part"]["S"] != _part(known.parts):  # one is missing, which may not be remembered as read
                    return known
                known.marks.update(unpacked(item["marks"]["B"]))
                known.parts += 1
            if "LastEvaluatedKey" not in page:
                return known

    def count(self, video_id: str, window: int, part: int, tally: Tally) -> bool:
        """Write the next part, and add to the video's numbers; False when the part is there already.

        One transaction of two writes, three where players told which seconds were watched. Needs VIEWS.put and
        COUNTS.update.
        """
        new_part = {
            "window": {"S": _key(video_id, window)},
            "part": {"S": _part(part)},
            "marks": {"B": packed(tally.marks)},
            "expires_at": {"N": str((window + 1) * WINDOW_SECONDS + KEPT_SECONDS)},
        }
        put = {
            "TableName": setting("VIEWS_TABLE"),
            "Item": new_part,
            "ConditionExpression": "attribute_not_exists(part)",
        }
        writes = [{"Put": put}, counts.adding(counted_as(video_id), video_id, tally.numbers)]
        if tally.ends:
            writes.append(counts.adding_first(watched_as(video_id), tally.ends))
        with answering(WHAT):
            return write_together(*writes) is None


def watched_as(video_id: str) -> str:
    """The subject whose numbers say which seconds of a video were watched, for shared.base.counts."""
    return f"watched#{video_id}"


def _key(video_id: str, window: int) -> str:
    """A hash: once a video is gone, nothing says that it was watched."""
    return hashlib.sha256(f"{video_id}#{window}".encode()).hexdigest()[:32]


def _part(number: int) -> str:
    return f"{number:08}"
