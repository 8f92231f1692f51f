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
    """A ranked list as it was made at one time: `generation` says when, "" is never."""

    name: str
    generation: str = ""
    entries: tuple[Entry, ...] = ()


@dataclass(frozen=True)
class Moved:
    """A video that may have to be ranked anew. `left` is the category that it was in, "" where that has not changed."""

    video_id: str
    left: str = ""
