"""What ranks videos."""

from dataclasses import dataclass
from enum import StrEnum


class Order(StrEnum):
    """What a ranked list is ordered by."""

    POPULAR = "popular"
    TRENDING = "trending"


@dataclass(frozen=True)
class Entry:
    """A video in a ranked list. What stands higher has the greater (score, video_id)."""

    score: float
    video_id: str


@dataclass(frozen=True)
class Ranking:
    """A ranked list as it was made at one time: `generation` begins with it, and is "" for a list that never was.

    left_out  entries after these that were not read
    """

    name: str
    generation: str = ""
    entries: tuple[Entry, ...] = ()
    left_out: int = 0

    @property
    def length(self) -> int:
        """How many videos are in it."""
        return len(self.entries) + self.left_out

    @property
    def made_at(self) -> str:
        """When it was made, ISO 8601; "" is never."""
        return self.generation.partition("#")[0]


@dataclass(frozen=True)
class Moved:
    """A video that may have to be ranked anew. `left` is the category that it was in, "" where that has not changed."""

    video_id: str
    left: str = ""
