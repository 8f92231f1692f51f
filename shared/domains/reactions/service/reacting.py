"""Liking and disliking: who does it counts once, however often they say so."""

from dataclasses import dataclass

from shared.base.errors import UnavailableError
from shared.base.payments import overdrawn, payment
from shared.base.tables import answering
from shared.base.transactions import write_together
from shared.contract.limits import LIKES
from shared.domains.comments.store.comments import CommentStore
from shared.domains.reactions import store
from shared.domains.reactions.model import Reaction, Standing, changes
from shared.domains.reactions.service.targets import CommentTarget, Look, Target, VideoTarget, Write
from shared.domains.videos.store.videos import VideoStore

TRIES = 6
"""How often a mind is changed anew that was changed elsewhere since it was read."""


@dataclass(frozen=True)
class Reactor:
    """Who likes or dislikes something, and their tier, by which so many changes of mind are theirs in a minute."""

    id: str
    tier: str = "free"


@dataclass(frozen=True)
class ReactionService:
    """What people think of videos and comments."""

    videos: VideoStore
    comments: CommentStore

    @classmethod
    def open(cls) -> "ReactionService":
        """On the stage's tables."""
        return cls(VideoStore.open(), CommentStore.open())

    def react_to_video(self, video_id: str, user: Reactor, wish: Reaction | None) -> Standing:
        """Have somebody like or dislike a video, or neither: two calls, one when they do so already.

        Raises VideoNotFoundError, RateLimitedError.
        """
        return _react(VideoTarget(self.videos, video_id), user, wish)

    def react_to_comment(self, comment_id: str, user: Reactor, wish: Reaction | None) -> Standing:
        """The same of a comment: three calls, two when they do so already.

        Raises CommentNotFoundError, RateLimitedError.
        """
        return _react(CommentTarget(self.videos, self.comments, comment_id), user, wish)


def _react(target: Target, user: Reactor, wish: Reaction | None) -> Standing:
    for _ in range(TRIES):
        look = target.look(user.id)
        writes = _writes(look, user, wish)
        with answering(store.WHAT):
            refusal = write_together(*writes.values()) if writes else None
        if refusal is None:
            return look.standing.after(wish)
        if list(writes)[refusal.number] == "payment":
            raise overdrawn(LIKES)
    raise UnavailableError("Too many changes at this moment")


def _writes(look: Look, user: Reactor, wish: Reaction | None) -> dict[str, Write]:
    """A transaction by what its parts are for; {} when there is nothing to change."""
    before = look.standing.reaction
    if before is wish:
        return {}
    return {
        "payment": payment(LIKES, user.id, user.tier),
        "opinion": store.change(user.id, look.name, before, wish),
        "count": look.counting(changes(before, wish)),
    }
