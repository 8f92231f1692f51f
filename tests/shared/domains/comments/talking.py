"""What tests of comments have people say, and what they look at."""

from shared.base import counts
from shared.base.tables import read_together
from shared.domains.comments.model import Comment
from shared.domains.comments.service.removing import RemovalService
from shared.domains.comments.service.writing import CommentService
from shared.domains.comments.store.comments import CommentStore
from shared.domains.videos.model import Author
from shared.domains.videos.store.videos import counted_as


def say(video_id: str, who: str, parent_id: str = "", content: str = "Nice") -> str:
    """Comment on a video, or answer; the comment's id."""
    return CommentService.open().create(video_id, Author(who, f"name of {who}", "A name"), content, parent_id).id


def remove(comment_id: str, who: str) -> None:
    """Remove a comment."""
    RemovalService.open().remove(comment_id, who, moderates=False)


def stored(comment_id: str) -> Comment:
    """A comment that is there."""
    found = CommentStore.open().get(comment_id)
    assert found
    return found


def numbers(video_id: str) -> dict[str, int]:
    """What is counted of a video."""
    subject, table = counted_as(video_id), counts.table()
    return counts.total(read_together({table: counts.keys(subject)})[table]).get(subject, {})
