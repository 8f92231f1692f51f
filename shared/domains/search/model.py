"""What search keeps of videos, and what it is asked for."""

from dataclasses import dataclass
from enum import StrEnum


class VideoSort(StrEnum):
    """What found videos are ordered by; RELEVANCE is how well they match, and needs words."""

    LATEST = "latest"
    POPULAR = "popular"
    TRENDING = "trending"
    RELEVANCE = "relevance"


@dataclass(frozen=True)
class Posting:
    """What search knows of a video: the same under each of its terms.

    place   where it stands among all by time, with its id (videos.rules.public_lists)
    words   folded words of title, tags and description, each in the first of them that has it
    labels  tags, category and author, each shortened to one word
    heat    how popular it is (ranking.rules.scores)
    """

    place: str
    words: tuple[tuple[str, ...], ...]
    labels: tuple[str, ...]
    heat: int = 0

    @property
    def published_at(self) -> str:
        """When it was published, ISO 8601."""
        return self.place.partition("#")[0]


@dataclass(frozen=True)
class Asked:
    """What a video must have to be found: all of these words, or others that begin with them, and all labels."""

    words: tuple[str, ...]
    labels: tuple[str, ...]
