"""What somebody thinks of a video or a comment."""

from dataclasses import dataclass, replace
from enum import StrEnum


class Reaction(StrEnum):
    """What one can think of something; the value is what the row says."""

    LIKE = "like"
    DISLIKE = "dislike"


COUNTERS = {Reaction.LIKE: "likes", Reaction.DISLIKE: "dislikes"}
"""Under which name each is counted."""


@dataclass(frozen=True)
class Opinion:
    """What somebody thinks of a target (`video#` or `comment#` and its id), since when (ISO 8601 in UTC)."""

    target: str
    reaction: Reaction
    reacted_at: str


@dataclass(frozen=True)
class Standing:
    """What somebody thinks of a target, None for nothing, and how many think what of it."""

    reaction: Reaction | None
    likes: int
    dislikes: int

    def after(self, wish: Reaction | None) -> "Standing":
        """The same once they think something else."""
        counted = changes(self.reaction, wish)
        likes, dislikes = (counted.get(name, 0) for name in ("likes", "dislikes"))
        return replace(self, reaction=wish, likes=self.likes + likes, dislikes=self.dislikes + dislikes)


def changes(before: Reaction | None, after: Reaction | None) -> dict[str, int]:
    """Counter -> what is added to it when somebody changes their mind; nothing for who does not."""
    moves = ((before, -1), (after, 1)) if before is not after else ()
    return {COUNTERS[reaction]: change for reaction, change in moves if reaction}
