"""Comments that wait for whose video they are on: what is held, and what becomes of it."""

from dataclasses import dataclass, replace

from shared.base import clock
from shared.base.errors import ConflictError
from shared.base.kept import Kept
from shared.base.pages import seal, unseal
from shared.base.settings import setting
from shared.base.tables import answering
from shared.base.transactions import write_together
from shared.domains.comments.errors import CommentNotFoundError
from shared.domains.comments.model import Comment, Sort
from shared.domains.comments.rules.answers import CommentAnswer, answer
from shared.domains.comments.rules.holding import Holding
from shared.domains.comments.rules.ranking import rank_of
from shared.domains.comments.service.reading import CommentPage
from shared.domains.comments.store import held, writes
from shared.domains.comments.store.comments import WHAT, CommentStore
from shared.domains.videos.store.videos import VideoStore

KEPT_SECONDS = 60
"""So long a process knows what somebody wants held: after that, at most, a change of it is felt everywhere."""

_known: Kept[Holding] = Kept(KEPT_SECONDS)


def is_held(video_owner_id: str, author_id: str, content: str) -> bool:
    """Whether somebody's words wait for whose video they are on. One call a minute for each owner.

    Needs COMMENTS.get.
    """
    if author_id == video_owner_id:
        return False
    wish = _known.get(video_owner_id, lambda: held.holding_of(video_owner_id))
    return wish is not None and wish.holds(content)


@dataclass(frozen=True)
class HoldingService:
    """What is held, for whose videos it is on, and for who wrote it."""

    comments: CommentStore

    @classmethod
    def open(cls) -> "HoldingService":
        """On the stage's table."""
        return cls(CommentStore.open())

    def wish(self, user_id: str) -> Holding:
        """What somebody wants held. One call."""
        return held.holding_of(user_id)

    def change(self, user_id: str, wish: Holding) -> Holding:
        """Want something else held from now on; what has been said stays. One call."""
        held.keep_holding(user_id, wish)
        _known.keep(user_id, wish, clock.now())
        return wish

    def page(self, reader_id: str, *, written: bool, limit: int, cursor: str = "") -> CommentPage:
        """What is held on the reader's videos, or what they wrote that is, the latest first: two calls.

        The total is what is known so far. Raises InvalidCursorError.
        """
        scope = ("held-comments", reader_id, str(written))
        after = unseal(cursor, *scope) if cursor else ""
        ids = held.written_by(reader_id, limit + 1, after) if written else self._queue(reader_id, limit + 1, after)
        found, base = held.held(ids[:limit]), setting("CDN_BASE_URL")
        shown = [answer(found[one], "", base, held=True) for one in ids[:limit] if one in found]
        goes_on = len(ids) > limit
        next_cursor = seal(ids[limit - 1], *scope) if goes_on else None
        return CommentPage(shown, len(shown) + goes_on, next_cursor, has_prev=bool(cursor))

    def _queue(self, owner_id: str, count: int, after: str) -> list[str]:
        place = held.row_of(after) if after else ""
        entries = self.comments.entries(held.queue_of(owner_id), Sort.NEWEST, count, place)
        return [entry.comment_id.removeprefix(held.HELD) for entry in entries]

    def discard(self, comment_id: str, user_id: str) -> None:
        """Drop a held comment: whose video it is on may, and who wrote it. Two calls. Raises CommentNotFoundError."""
        waiting = held.held([comment_id]).get(comment_id)
        if waiting is None or user_id not in (waiting.video_owner_id, waiting.author_id):
            raise CommentNotFoundError
        with answering(WHAT):
            if write_together(held.release(comment_id)):
                raise CommentNotFoundError


@dataclass(frozen=True)
class ApprovalService:
    """Held comments become such as others see."""

    videos: VideoStore

    @classmethod
    def open(cls) -> "ApprovalService":
        """On the stage's tables."""
        return cls(VideoStore.open())

    def approve(self, comment_id: str, owner_id: str) -> CommentAnswer:
        """Make a held comment on the owner's video one like all others, once: two calls.

        Again it tells the comment as it is by now. Raises CommentNotFoundError; ConflictError when what it answers
        is not there any more.
        """
        waiting, known = self._find(comment_id, owner_id)
        if known:
            return answer(known, "", setting("CDN_BASE_URL"))
        if waiting is None:
            raise CommentNotFoundError
        made = writes.creation(waiting)
        with answering(WHAT):
            refusal = write_together(self.videos.sight(waiting.video_id, owner_id), held.release(comment_id), *made)
        if refusal is None:
            return answer(waiting, "", setting("CDN_BASE_URL"))
        if refusal.number > 1:
            raise ConflictError("What it answers was removed: it can only be discarded")
        _, known = self._find(comment_id, owner_id)
        if known is None:
            raise CommentNotFoundError
        return answer(known, "", setting("CDN_BASE_URL"))

    def _find(self, comment_id: str, owner_id: str) -> tuple[Comment | None, Comment | None]:
        """A comment on the owner's video, while it is held, or once it is to be seen. One call."""
        waiting, known = held.held_or_seen(comment_id)
        if waiting and waiting.video_owner_id == owner_id:
            return replace(waiting, rank="" if waiting.parent_id else rank_of(comment_id, 0, 0)), None
        return None, known if known and known.video_owner_id == owner_id and not known.removed else None
