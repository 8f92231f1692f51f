"""Removing the comments on a deleted video, before its row is forgotten."""

from dataclasses import dataclass

from shared.base import clock
from shared.base.tables import answering
from shared.base.transactions import write_together
from shared.contract.declare import API_SECONDS
from shared.domains.comments.model import Sort
from shared.domains.comments.store.comments import WHAT, CommentStore, Entry
from shared.domains.comments.store.rows import replies_of, thread_of
from shared.domains.comments.store.writes import erasure
from shared.domains.videos.model import Video

AT_ONCE = 25
MOST_GOES = 400
"""So often, of 25 comments each, one round goes on with a video; the next one goes on from there."""


@dataclass(frozen=True)
class ClearingService:
    """Clears what was said about a video."""

    comments: CommentStore

    @classmethod
    def open(cls) -> "ClearingService":
        """On the stage's table."""
        return cls(CommentStore.open())

    def clear(self, video: Video) -> bool:
        """Remove the comments on a deleted video, so many of them; whether none is left, and none can come any more.

        A request that has seen the video may still write one for some seconds after its deletion.
        """
        if clock.now() < clock.seconds(video.updated_at) + API_SECONDS:
            return False
        for _ in range(MOST_GOES):
            some = self._next(video.id)
            if not some:
                return True
            with answering(WHAT):
                write_together(*(erasure(entry.comment_id) for entry in some))
        return False

    def _next(self, video_id: str) -> list[Entry]:
        """Some comments that answer to nothing which is left: answers go before what they answer."""
        found = self.comments.entries(thread_of(video_id), Sort.OLDEST, AT_ONCE)
        known = self.comments.many([entry.comment_id for entry in found])
        for comment in known:
            if comment.reply_count > 0:
                answers = self.comments.entries(replies_of(comment.id), Sort.OLDEST, AT_ONCE)
                if answers:
                    return answers
        return found
