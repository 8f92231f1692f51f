"""Lists for everybody: which videos are in them, and under which keys. A video that is not has none of the keys.

A list lies in parts, one for each year of publication, so that no key of an index grows for ever. How many videos a
part has is counted exactly, under the part's name. An author's list is one part.
"""

import base64
import uuid
from dataclasses import dataclass

from shared.base import clock
from shared.domains.videos.model import Status, Video, Visibility

PART = len("2026")
"""So much of `published_at` names a part. A part is read at its end alone, whatever its size, and pages that reach over
the ends of parts cost a call more for each, so parts are long."""

FIRST_PART = "2026"
"""Nothing was published before."""

SUMMARY_LENGTH = 200
"""Characters of a description that lists show."""

_ELLIPSIS = "…"


@dataclass(frozen=True)
class PublicList:
    """A list of public videos, the latest first: all, or those of a category or an author (not both)."""

    category: str = ""
    author_id: str = ""

    @property
    def index(self) -> tuple[str, str]:
        """The index that has the list, and the attribute that is its key."""
        if self.author_id:
            return "by_author", "public_author"
        return ("by_category", "public_category") if self.category else ("by_year", "public_year")

    def parts(self, moment: str) -> tuple[str, ...]:
        """The part that has what was published at a moment (ISO 8601, or a place), and the one before."""
        if self.author_id:
            return ("",)
        part = moment[:PART]
        return (part, str(int(part) - 1)) if part > FIRST_PART else (part,)

    def partition(self, part: str) -> str:
        """The key of a part of the list."""
        if self.author_id:
            return _short(uuid.UUID(self.author_id).bytes)
        return f"{part}#{self.category}" if self.category else part

    @property
    def subject(self) -> str:
        """Under which the parts are counted, but for an author's list, which is counted in their collection."""
        return f"category#{self.category}" if self.category else "public"


EVERYTHING = PublicList()


def is_listed(video: Video) -> bool:
    """Whether lists show a video: the public ones that are ready."""
    return video.status is Status.READY and video.visibility is Visibility.PUBLIC


def lists_of(video: Video) -> tuple[PublicList, ...]:
    """The lists that a video is in, but for its author's."""
    if not is_listed(video):
        return ()
    return (EVERYTHING, PublicList(video.category)) if video.category else (EVERYTHING,)


def list_keys(video: Video) -> dict[str, str]:
    """The keys under which lists for everybody have a video; "" is none."""
    if not is_listed(video):
        return dict.fromkeys(("public_year", "public_category", "public_author", "public_since"), "")
    part = part_of(video)
    return {
        "public_year": EVERYTHING.partition(part),
        "public_category": PublicList(video.category).partition(part) if video.category else "",
        "public_author": PublicList(author_id=video.owner_id).partition(part),
        "public_since": sort_key(place(video)),
    }


def part_of(video: Video) -> str:
    """The part of a list that a video is in."""
    return video.published_at[:PART]


def place(video: Video) -> str:
    """Where a video stands within a part; no two stand in one place."""
    return f"{video.published_at}#{video.id}"


def sort_key(place: str) -> str:
    """How an index has a place, whose entries are read whole: in 36 letters and digits that sort as places do."""
    moment, _, video_id = place.partition("#")
    return _short(round(clock.seconds(moment) * 1000).to_bytes(6, "big") + uuid.UUID(video_id).bytes)


def video_at(place: str) -> str:
    """The id of the video that stands at a place."""
    return place.partition("#")[2]


def summary(description: str) -> str:
    """What lists show of a description: all of a short one, else its beginning."""
    if len(description) <= SUMMARY_LENGTH:
        return description
    return description[: SUMMARY_LENGTH - len(_ELLIPSIS)].rstrip() + _ELLIPSIS


def _short(key: bytes) -> str:
    return base64.b32hexencode(key).decode().rstrip("=")
