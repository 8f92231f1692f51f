"""Ranked lists: all public videos and each category, by points and by trend."""

import struct
import uuid
from collections.abc import Iterable

from shared.domains.ranking.model import Entry, Order

MOST = 1000
"""So many videos are in a list."""

TOP = 100
"""So many of a list's first videos lie apart from it too: pages mostly are of these."""

WINDOW_SECONDS = 15 * 60
"""What moved is kept by so long windows, and lists are made as often."""

_ENTRY = struct.Struct(">d16s")


def list_name(order: Order, category: str) -> str:
    """The name of a list; the category "" is all videos."""
    return f"{order}#{category}"


def window_of(now: float) -> int:
    """The window that a moment lies in."""
    return int(now // WINDOW_SECONDS)


def merged(entries: Iterable[Entry], moved: dict[str, Entry | None]) -> tuple[Entry, ...]:
    """A list after some videos have moved: to another place, into it, or out of it (None)."""
    stayed = [one for one in entries if one.video_id not in moved]
    came = [one for one in moved.values() if one]
    return tuple(sorted([*stayed, *came], key=lambda one: (one.score, one.video_id), reverse=True)[:MOST])


def packed(entries: Iterable[Entry]) -> bytes:
    """A list as it is stored: 24 bytes a video."""
    return b"".join(_ENTRY.pack(one.score, uuid.UUID(one.video_id).bytes) for one in entries)


def unpacked(stored: bytes) -> tuple[Entry, ...]:
    """The inverse."""
    return tuple(Entry(score, str(uuid.UUID(bytes=raw))) for score, raw in _ENTRY.iter_unpack(stored))
