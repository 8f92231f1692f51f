"""Writing, editing and reporting comments: each act is a read and a transaction."""

from dataclasses import dataclass, replace
from typing import Any

from shared.base import clock
from shared.base.ids import new_id
from shared.base.payments import overdrawn, payment
from shared.base.settings import setting
from shared.base.tables import answering
from shared.base.transactions import write_together
from shared.contract.limits import COMMENTING
from shared.domains.accounts.model import DEFAULT_TIER
from shared.domains.accounts.rules.pictures import avatar_picture
from shared.domains.comments.errors import CommentNotFoundError, to_be_held, unknown_parent
from shared.domains.comments.model import Comment, Report
from shared.domains.comments.rules.answers import CommentAnswer, answer
from shared.domains.comments.rules.ranking import rank_of
from shared.domains.comments.service.holding import is_held
from shared.domains.comments.store import writes
from shared.domains.comments.store.comments import WHAT, CommentStore, by_id, opinions, opinions_by_id, wanted
from shared.domains.comments.store.held import holding
from shared.domains.videos.model import Author
from shared.domains.videos.rules.seeing import seen
from shared.domains.videos.store.videos import VideoStore


@dataclass(frozen=True)
class CommentService:
    """Comments, for those who write them."""

    comments: CommentStore
    videos: VideoStore

    @classmethod
    def open(cls) -> "CommentService":
        """On the stage's tables."""
        return cls(CommentStore.open(), VideoStore.open())

    def create(
        self, video_id: str, author: Author, content: str, answered_id: str = "", tier: str = DEFAULT_TIER
    ) -> CommentAnswer:
        """Comment on a video, or answer a comment; an answer to an answer goes under the comment that it is under.

        tier  the author's, by which so many comments an hour are theirs
        What the video's owner wants held waits for them (service.holding). Two calls, a third in a minute for each
        owner. Raises VideoNotFoundError, RateLimitedError, InvalidInputError when what is answered is not there.
        """
        found, items = self.videos.get_with(video_id, wanted([answered_id] if answered_id else []))
        video = seen(found, author.id)
        parent_id = _parent_of(by_id(items).get(answered_id), video_id) if answered_id else ""
        id_, base = new_id(), setting("CDN_BASE_URL")
        comment = Comment(
            id=id_,
            video_id=video_id,
            video_owner_id=video.owner_id,
            author_id=author.id,
            author=replace(author, avatar_url=avatar_picture(author.avatar_url, base)),
            content=content,
            parent_id=parent_id,
            rank="" if parent_id else rank_of(id_, 0, 0),
        )
        waits = is_held(video.owner_id, author.id, content)
        made = [holding(comment)] if waits else writes.creation(comment)
        with answering(WHAT):
            refusal = write_together(payment(COMMENTING, author.id, tier), *made)
        if refusal:
            raise overdrawn(COMMENTING) if refusal.number == 0 else unknown_parent()
        return answer(comment, "", base, held=waits)

    def edit(self, comment_id: str, author_id: str, content: str) -> CommentAnswer:
        """Give a comment of the author's other words; the same words again change nothing.

        Two calls, a third in a minute for each owner of videos. Raises CommentNotFoundError, also when they may not see
        the video any more; InvalidInputError for words that would be held.
        """
        comment, items = self.comments.get_with(comment_id, opinions(author_id, [comment_id]))
        if comment is None or comment.removed or comment.author_id != author_id:
            raise CommentNotFoundError
        after, changes = comment, list[dict[str, Any]]()
        if comment.content != content:
            if is_held(comment.video_owner_id, author_id, content):
                raise to_be_held()
            after = replace(comment, content=content, edited_at=clock.timestamp())
            changes.append(writes.edition(comment_id, author_id, content, after.edited_at))
        with answering(WHAT):
            refusal = write_together(self.videos.sight(comment.video_id, author_id), *changes)
        if refusal:
            raise CommentNotFoundError
        return answer(after, opinions_by_id(items).get(comment_id, ""), setting("CDN_BASE_URL"))

    def report(self, comment_id: str, reporter_id: str, reason: str) -> None:
        """Keep what somebody finds wrong with a comment, once for each of them and comment.

        Two calls. Raises CommentNotFoundError.
        """
        comment = self.comments.get(comment_id)
        if comment is None or comment.removed:
            raise CommentNotFoundError
        report = Report(comment_id, reporter_id, reason, clock.timestamp())
        held = self.videos.sight(comment.video_id, reporter_id), writes.presence(comment_id)
        with answering(WHAT):
            refusal = write_together(*held, writes.reporting(report))
        if refusal:
            raise CommentNotFoundError


def _parent_of(answered: Comment | None, video_id: str) -> str:
    """The id of the comment on the video under which an answer goes."""
    if answered is None or answered.removed or answered.video_id != video_id:
        raise unknown_parent()
    return answered.parent_id or answered.id
