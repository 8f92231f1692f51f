"""Removing comments."""

from dataclasses import dataclass
from typing import Any

from shared.base import audit
from shared.base.audit import Action
from shared.base.errors import UnavailableError
from shared.base.tables import answering
from shared.base.transactions import write_together
from shared.domains.comments.errors import CommentNotFoundError
from shared.domains.comments.model import Comment
from shared.domains.comments.store import writes
from shared.domains.comments.store.comments import WHAT, CommentStore
from shared.domains.comments.store.rows import to_comment

TRIES = 6
"""How often a removal begins anew because the comment changed since it was read."""


@dataclass(frozen=True)
class RemovalService:
    """Removes comments."""

    comments: CommentStore

    @classmethod
    def open(cls) -> "RemovalService":
        """On the stage's table."""
        return cls(CommentStore.open())

    def remove(self, comment_id: str, remover_id: str, *, moderates: bool) -> None:
        """Remove a comment: its author, the video's, and moderators may. A repeat is fine for a day.

        Two calls; three for the last reply under a comment that is removed. Raises CommentNotFoundError.
        """
        comment = self.comments.get(comment_id)
        for _ in range(TRIES):
            if comment is None or not _may_remove(comment, remover_id, moderates=moderates):
                raise CommentNotFoundError
            if comment.removed:
                return
            with answering(WHAT):
                told = _told(comment, remover_id)
                refusal = write_together(*writes.removal(comment, remover_id), *told)
                if refusal and refusal.number == writes.PARENT:
                    refusal = write_together(*writes.last_reply(comment, remover_id), *told)
            if refusal is None:
                return
            if refusal.number != writes.PARENT:
                comment = to_comment(refusal.item) if refusal.item else None
        raise UnavailableError("Too many changes at this moment")


def _told(comment: Comment, remover_id: str) -> list[dict[str, Any]]:
    """The entry of a removal by a moderator; authors have their own and those on their own videos in hand."""
    if _may_remove(comment, remover_id, moderates=False):
        return []
    return [audit.entry(Action.COMMENT_REMOVED, comment.id, author=comment.author_id, video=comment.video_id)]


def _may_remove(comment: Comment, user_id: str, *, moderates: bool) -> bool:
    """Of a removed comment, `author_id` is who removed it."""
    return moderates or user_id in (comment.author_id, comment.video_owner_id)
