"""What people say about a video, and in answer to one another."""

from dataclasses import dataclass
from enum import StrEnum

from shared.base import clock
from shared.base.ids import made_at
from shared.domains.videos.model import Author


class Sort(StrEnum):
    """The orders of a video's comments."""

    NEWEST = "newest"
    OLDEST = "oldest"
    TOP = "top"


@dataclass(frozen=True, kw_only=True)
class Comment:
    """A comment as its row has it. Times are ISO 8601 in UTC.

    video_id        "" once nothing is left of it but who removed it
    video_owner_id  who may remove it besides its author; "" once it is removed
    author_id       who wrote it; of a removed one, who removed it; "" once they are erased
    author          a copy of the author's public fields; None once it is removed
    parent_id       the comment that it answers, which answers none itself; "" for one on the video
    edited_at       "" while it is as it was written
    reply_count     replies in its list
    rank            where it stands among the comments of its video by what people think of it; "" for a reply
    """

    id: str
    video_id: str
    author_id: str
    author: Author | None
    content: str
    video_owner_id: str = ""
    parent_id: str = ""
    edited_at: str = ""
    like_count: int = 0
    dislike_count: int = 0
    reply_count: int = 0
    rank: str = ""
    removed: bool = False

    @property
    def created_at(self) -> str:
        """When it was written, which its id tells."""
        return clock.timestamp(made_at(self.id))


@dataclass(frozen=True)
class Report:
    """What somebody finds wrong with a comment."""

    comment_id: str
    reporter_id: str
    reason: str
    reported_at: str
