"""Checks an uploaded MP4 before any decoder sees it: is its header there, and are the frames that it promises?"""

import struct
from typing import NamedTuple

from shared.media.mp4.boxes import Box, BoxError, children, find, need
from shared.media.storage import RangeSource

LARGEST_MOOV = 256 * 1024 * 1024
MOST_TOP_BOXES = 100_000


class TopBox(NamedTuple):
    """A box at the top of a file: where it begins and where it says that it ends."""

    kind: str
    start: int
    end: int


class HeaderMissingError(BoxError):
    """There is no moov, or it goes on behind the end of the file."""


class DataMissingError(BoxError):
    """The sample tables point behind the end of the file."""


class TimeGapError(BoxError):
    """One frame lasts absurdly long."""


def check_movie(source: RangeSource, longest_frame: int) -> None:
    """Raise what is wrong with a file. A frame may last `longest_frame` seconds; a fragmented file may end early."""
    moov = _read_moov(source)
    try:
        if find(moov, "moov/cmov"):
            return
        for track in children(moov, *_inside(need(moov, "moov"))):
            if track.kind == "trak":
                _check_track(moov, track, source.size, longest_frame)
    except struct.error as error:
        raise BoxError("a sample table ends within an entry") from error


def _read_moov(source: RangeSource) -> bytes:
    at = 0
    for _ in range(MOST_TOP_BOXES):
        top = _top_box(source, at)
        if top is None:
            break
        if top.kind == "moov":
            if top.end > source.size:
                raise HeaderMissingError("the header of the file is cut off")
            if top.end - top.start > LARGEST_MOOV:
                raise BoxError("the header of the file is absurdly large")
            return source.read(top.start, top.end)
        at = top.end
    raise HeaderMissingError("the file has no header (moov)")


def _top_box(source: RangeSource, at: int) -> TopBox | None:
    if at + 8 > source.size:
        return None
    head = source.read(at, min(source.size, at + 16))
    size, kind = struct.unpack_from(">I4s", head)
    if size == 1 and len(head) == 16:
        size = struct.unpack_from(">Q", head, 8)[0]
    elif size == 0:
        size = source.size - at
    if size < 8:
        raise BoxError(f"a box of {size} bytes")
    return TopBox(kind.decode("latin-1"), at, at + size)


def _inside(box: Box) -> tuple[int, int]:
    return box.payload, box.end


def _check_track(moov: bytes, track: Box, size: int, longest_frame: int) -> None:
    tables = find(moov, "mdia/minf/stbl", track)
    if tables is None:
        return
    _check_times(moov, track, tables, longest_frame)
    offsets = _chunk_offsets(moov, tables)
    if not offsets:
        return
    last = max(range(len(offsets)), key=offsets.__getitem__)
    if offsets[last] + _chunk_size(moov, tables, last) > size:
        raise DataMissingError("the file ends before the frames that its header lists")


def _check_times(moov: bytes, track: Box, tables: Box, longest_frame: int) -> None:
    header, times = find(moov, "mdia/mdhd", track), find(moov, "stts", tables)
    if header is None or times is None:
        return
    timescale = struct.unpack_from(">I", moov, header.payload + (20 if moov[header.payload] else 12))[0]
    (count,) = struct.unpack_from(">I", moov, times.payload + 4)
    rows = struct.iter_unpack(">II", _table(moov, times, 8, 8 * count))
    longest = max((duration for samples, duration in rows if samples), default=0)
    # a duration with the top bit set is a negative one, which FFmpeg takes for 1
    if timescale and longest < 2**31 and longest > longest_frame * timescale:
        raise TimeGapError(f"one frame lasts {longest // timescale} s")


def _table(moov: bytes, box: Box, offset: int, size: int) -> bytes:
    """`size` bytes of a box's payload; BoxError when it has fewer."""
    start = box.payload + offset
    if start + size > box.end:
        raise BoxError(f"the table {box.kind} ends early")
    return moov[start : start + size]


def _chunk_offsets(moov: bytes, tables: Box) -> list[int]:
    for kind, code, width in (("stco", "I", 4), ("co64", "Q", 8)):
        box = find(moov, kind, tables)
        if box:
            (count,) = struct.unpack_from(">I", moov, box.payload + 4)
            return list(struct.unpack(f">{count}{code}", _table(moov, box, 8, count * width)))
    return []


def _chunk_size(moov: bytes, tables: Box, chunk: int) -> int:
    """Bytes of one chunk, the first is 0."""
    first, samples = _chunk_samples(moov, tables, chunk)
    box = need(moov, "stsz", tables) if find(moov, "stsz", tables) else None
    if box is None:
        return 0
    each, count = struct.unpack_from(">II", moov, box.payload + 4)
    last = min(count, first + samples)
    if each:
        # sound of constant size: QuickTime counts samples of one byte here, so only whole frames are sure
        return 0 if each == 1 else each * max(0, last - first)
    if last <= first:
        return 0
    return sum(struct.unpack(f">{last - first}I", _table(moov, box, 12 + 4 * first, 4 * (last - first))))


def _chunk_samples(moov: bytes, tables: Box, chunk: int) -> tuple[int, int]:
    """(samples before a chunk, samples in it), from the runs of equal chunks."""
    box = need(moov, "stsc", tables)
    (count,) = struct.unpack_from(">I", moov, box.payload + 4)
    rows = list(struct.iter_unpack(">III", _table(moov, box, 8, 12 * count)))
    before, samples = 0, 0
    for number, (first, per_chunk, _) in enumerate(rows):
        after = rows[number + 1][0] if number + 1 < count else chunk + 2
        samples = per_chunk
        if after > chunk + 1:
            return before + (chunk + 1 - first) * per_chunk, samples
        before += (after - first) * per_chunk
    return before, samples
