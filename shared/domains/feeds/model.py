"""Videos of whom somebody follows."""

from dataclasses import dataclass

MOST_PUSHED = 10_000
"""So many of an author's followers, those who have followed them longest, get their videos into their feeds when they
are published. Who comes later has them looked up when they read."""

MOST_PULLED = 10
"""Of so many authors videos are looked up for a page of a feed: those whom the reader followed last."""


@dataclass(frozen=True)
class Entry:
    """A video in a feed: where it stands there (published_at, `#` and its id), and whose it is."""

    place: str
    author_id: str

    @property
    def video_id(self) -> str:
        """The video's id."""
        return self.place.partition("#")[2]


@dataclass(frozen=True)
class Feed:
    """Entries of a feed, the latest first, and authors whose videos are looked up (see MOST_PULLED), if asked for."""

    entries: list[Entry]
    pulled: tuple[str, ...] = ()
