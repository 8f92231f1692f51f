"""Liking and disliking: who does it counts once, however often they say so."""

from dataclasses import dataclass
from typing import Any, Protocol

from shared.base import counts
from shared.base.errors import UnavailableError
from shared.base.payments import overdrawn, payment
from shared.base.tables import answering
from shared.base.transactions import write_together
from shared.contract.limits import LIKES
from shared.domains.reactions import store
from shared.domains.reactions.model import Reaction, Standing, changes
from shared.domains.videos.rules.seeing import seen
from shared.domains.videos.store.videos import VideoStore, counted_as

TRIES = 6
"""How often a mind is changed anew that was changed elsewhere since it was read."""


@dataclass(frozen=True)
class Reactor:
    """Who likes or dislikes something, and their tier, by which so many changes of mind are theirs in a minute."""

    id: str
    tier: str = "free"


class Target(Protocol):
    """Something that one can like or dislike."""

    def read(self, user_id: str) -> Standing:
        """What the user thinks of it, and all others, as of now. Raises NotFoundError when they may not see it."""

    def writes(self, user_id: str, before: Reaction | None, after: Reaction | None) -> list[dict[str, Any]]:
        """The parts of a transaction that write down a change of the user's mind, and count it.

        They are refused when the mind is not as it was read.
        """


@dataclass(frozen=True)
class VideoTarget:
    """A video: what is thought of it is counted in the table `counts`."""

    videos: VideoStore
    video_id: str

    def read(self, user_id: str) -> Standing:
        """One call. Raises VideoNotFoundError."""
        asked = store.wanted(user_id, counted_as(self.video_id))
        video, numbers, items = self.videos.get_counted(self.video_id, asked)
        seen(video, user_id)
        return Standing(store.found(items), numbers.likes, numbers.dislikes)

    def writes(self, user_id: str, before: Reaction | None, after: Reaction | None) -> list[dict[str, Any]]:
        """A row of the user's, and one of the video's numbers: four write units."""
        subject = counted_as(self.video_id)
        return [
            store.change(user_id, subject, before, after),
            counts.adding(subject, user_id, changes(before, after)),
        ]


@dataclass(frozen=True)
class ReactionService:
    """What people think of videos and comments."""

    videos: VideoStore

    @classmethod
    def open(cls) -> "ReactionService":
        """On the stage's tables."""
        return cls(VideoStore.open())

    def react_to_video(self, video_id: str, user: Reactor, wish: Reaction | None) -> Standing:
        """Have somebody like or dislike a video, or neither: two calls, one when they do so already.

        Raises VideoNotFoundError, RateLimitedError.
        """
        return _react(VideoTarget(self.videos, video_id), user, wish)


def _react(target: Target, user: Reactor, wish: Reaction | None) -> Standing:
    for _ in range(TRIES):
        standing = target.read(user.id)
        if standing.reaction is wish:
            return standing
        writes = target.writes(user.id, standing.reaction, wish)
        with answering(store.WHAT):
            refusal = write_together(payment(LIKES, user.id, user.tier), *writes)
        if refusal is None:
            return standing.after(wish)
        if refusal.number == 0:
            raise overdrawn(LIKES)
    raise UnavailableError("Too many changes at this moment")
