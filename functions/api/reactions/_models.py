"""What the endpoints of reactions say and hear."""

from enum import StrEnum

from pydantic import ConfigDict

from shared.domains.reactions.model import Reaction, Standing
from shared.http.framework import BaseModel


class Action(StrEnum):
    """What to think of it from now on."""

    LIKE = "like"
    DISLIKE = "dislike"
    REMOVE = "remove"


class UserAction(StrEnum):
    """What the caller thinks of it."""

    LIKED = "liked"
    DISLIKED = "disliked"
    NONE = "none"


_WISHES = {Action.LIKE: Reaction.LIKE, Action.DISLIKE: Reaction.DISLIKE, Action.REMOVE: None}
_WORDS = {Reaction.LIKE: UserAction.LIKED, Reaction.DISLIKE: UserAction.DISLIKED, None: UserAction.NONE}


class ReactionRequest(BaseModel):
    """A wish. To like what one likes changes nothing; who dislikes it likes it instead."""

    model_config = ConfigDict(extra="forbid")

    action: Action

    def wish(self) -> Reaction | None:
        """In the words of the domain."""
        return _WISHES[self.action]


class ReactionAnswer(BaseModel):
    """What the caller thinks of it now, and how many like and dislike it, the caller included."""

    success: bool
    user_action: UserAction
    like_count: int
    dislike_count: int

    @classmethod
    def of(cls, standing: Standing) -> "ReactionAnswer":
        """The standing of the domain, in the words of the API."""
        return cls(
            success=True,
            user_action=_WORDS[standing.reaction],
            like_count=standing.likes,
            dislike_count=standing.dislikes,
        )
