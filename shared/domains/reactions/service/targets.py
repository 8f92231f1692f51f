"""What can be liked and disliked, each in its own way: how it is read, and where it is counted."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from shared.base import counts
from shared.domains.comments.errors import CommentNotFoundError
from shared.domains.comments.store import writes
from shared.domains.comments.store.comments import CommentStore
from shared.domains.comments.store.rows import replies_of
from shared.domains.reactions import store
from shared.domains.reactions.model import Standing
from shared.domains.videos.rules.seeing import may_see, seen
from shared.domains.videos.store.videos import VideoStore, counted_as

Write = dict[str, Any]


@dataclass(frozen=True)
class Look:
    """A target as somebody has just read it.

    name      under which it is in the table of reactions
    counting  the part of a transaction that counts a change of mind
    """

    name: str
    standing: Standing
    counting: Callable[[dict[str, int]], Write]


class Target(Protocol):
    """Something that one can like or dislike."""

    def look(self, user_id: str) -> Look:
        """Read it as of now. Raises NotFoundError when there is none, or the user may not see it."""


@dataclass(frozen=True)
class VideoTarget:
    """A video: what is thought of it is counted in the table `counts`."""

    videos: VideoStore
    video_id: str

    def look(self, user_id: str) -> Look:
        """One call. Raises VideoNotFoundError.

        Needs VIDEOS.batch_get, COUNTS.batch_get, REACTIONS.batch_get, COUNTS.update.
        """
        name = counted_as(self.video_id)
        video, numbers, items = self.videos.get_counted(self.video_id, store.wanted(user_id, name))
        seen(video, user_id)
        standing = Standing(store.found(items), numbers.likes, numbers.dislikes)
        return Look(name, standing, lambda changes: counts.adding(name, user_id, changes))


@dataclass(frozen=True)
class CommentTarget:
    """A comment: what is thought of it is counted in its own row. Who may see its video may see it."""

    videos: VideoStore
    comments: CommentStore
    comment_id: str

    def look(self, user_id: str) -> Look:
        """Two calls, since which video it is on is not known before. Raises CommentNotFoundError.

        Needs COMMENTS.batch_get, REACTIONS.batch_get, VIDEOS.get, COMMENTS.update.
        """
        name = replies_of(self.comment_id)
        comment, items = self.comments.get_with(self.comment_id, store.wanted(user_id, name))
        if comment is None or comment.removed:
            raise CommentNotFoundError
        video = self.videos.get(comment.video_id)
        if video is None or not may_see(video, user_id):
            raise CommentNotFoundError
        return Look(
            name,
            Standing(store.found(items), comment.like_count, comment.dislike_count),
            lambda changes: writes.opinion(comment, changes),
        )
