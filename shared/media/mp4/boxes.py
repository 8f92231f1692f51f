"""ISO base media boxes (ISO/IEC 14496-12): find, read and write them."""

import struct
from collections.abc import Iterator
from typing import NamedTuple


class Box(NamedTuple):
    """A box inside a buffer: offsets of its header, its payload and its end."""

    kind: str
    start: int
    payload: int
    end: int


class BoxError(ValueError):
    """Bytes that are not boxes, or not the boxes that were expected."""


def children(data: bytes, start: int = 0, end: int | None = None) -> Iterator[Box]:
    """The boxes that follow one another between two offsets; BoxError when one does not fit."""
    end = len(data) if end is None else end
    while start + 8 <= end:
        size, kind = struct.unpack_from(">I4s", data, start)
        payload = start + 8
        if size == 1 and start + 16 <= end:
            size = struct.unpack_from(">Q", data, payload)[0]
            payload += 8
        elif size == 0:
            size = end - start
        if size < payload - start or start + size > end:
            raise BoxError(f"box {kind!r} at {start} does not fit")
        yield Box(kind.decode("latin-1"), start, payload, start + size)
        start += size


def find(data: bytes, path: str, within: Box | None = None) -> Box | None:
    """The first box at a path such as `moov/trak`, or None."""
    box = within
    for kind in path.split("/"):
        start, end = (box.payload, box.end) if box else (0, len(data))
        box = next((child for child in children(data, start, end) if child.kind == kind), None)
        if box is None:
            return None
    return box


def need(data: bytes, path: str, within: Box | None = None) -> Box:
    """The first box at a path; BoxError when there is none."""
    box = find(data, path, within)
    if box is None:
        raise BoxError(f"there is no {path}")
    return box


def box(kind: str, *parts: bytes) -> bytes:
    """A box around its parts."""
    body = b"".join(parts)
    return struct.pack(">I4s", 8 + len(body), kind.encode()) + body


def full_box(kind: str, version: int, flags: int, *parts: bytes) -> bytes:
    """A box with version and flags around its parts."""
    return box(kind, struct.pack(">I", version << 24 | flags), *parts)


def u32(*values: int) -> bytes:
    """Unsigned 32-bit big-endian numbers."""
    return struct.pack(f">{len(values)}I", *values)


def u16(*values: int) -> bytes:
    """Unsigned 16-bit big-endian numbers."""
    return struct.pack(f">{len(values)}H", *values)


def u64(*values: int) -> bytes:
    """Unsigned 64-bit big-endian numbers."""
    return struct.pack(f">{len(values)}Q", *values)
