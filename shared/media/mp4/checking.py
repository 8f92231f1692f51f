"""Checks an uploaded MP4 before any decoder sees it: is its header there, and are the frames that it promises?"""

import struct
from collections.abc import Iterator
from itertools import chain, islice, pairwise
from typing import NamedTuple

from shared.media.mp4.boxes import Box, BoxError, children
from shared.media.storage import RangeSource

LARGEST_MOOV = 64 * 1024 * 1024
"""Twelve hours of 60 frames a second take about 50 MB."""
MOST_BOXES, MOST_READS = 1000, 64
"""Boxes beside one another, and reads on the way to the header: a usual film has five boxes."""
READ_SIZE = 64 * 1024


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
        if _find(moov, "moov/cmov"):
            return
        for track in _children(moov, _need(moov, "moov")):
            if track.kind == "trak":
                _check_track(moov, track, source.size, longest_frame)
    except struct.error as error:
        raise BoxError("a sample table ends within an entry") from error


def _read_moov(source: RangeSource) -> bytes:
    reader = _HeadReader(source)
    at = 0
    for _ in range(MOST_BOXES):
        top = _top_box(reader, source.size, at)
        if top is None:
            raise HeaderMissingError("the file has no header (moov)")
        if top.kind == "moov":
            if top.end > source.size:
                raise HeaderMissingError("the header of the file is cut off")
            if top.end - top.start > LARGEST_MOOV:
                raise BoxError("the header of the file is absurdly large")
            return source.read(top.start, top.end)
        at = top.end
    raise BoxError("its header lies behind too many other boxes")


class _HeadReader:
    """Reads a little at many places, in few requests where the places are close to one another."""

    def __init__(self, source: RangeSource) -> None:
        self._source = source
        self._start, self._kept, self._reads = 0, b"", 0

    def read(self, start: int, end: int) -> bytes:
        """Bytes start..end, few; BoxError when it was asked for too many places."""
        if not self._start <= start <= end <= self._start + len(self._kept):
            self._reads += 1
            if self._reads > MOST_READS:
                raise BoxError("its header lies behind too many other boxes")
            self._start, self._kept = start, self._source.read(start, min(self._source.size, start + READ_SIZE))
        return self._kept[start - self._start : end - self._start]


def _top_box(reader: _HeadReader, file_size: int, at: int) -> TopBox | None:
    if at + 8 > file_size:
        return None
    head = reader.read(at, min(file_size, at + 16))
    size, kind = struct.unpack_from(">I4s", head)
    if size == 1 and len(head) == 16:
        size = struct.unpack_from(">Q", head, 8)[0]
    elif size == 0:
        size = file_size - at
    if size < 8:
        raise BoxError(f"a box of {size} bytes")
    return TopBox(kind.decode("latin-1"), at, at + size)


def _children(moov: bytes, box: Box | None) -> Iterator[Box]:
    """The boxes inside a box, or of the top; BoxError when there are absurdly many."""
    inside = children(moov, box.payload, box.end) if box else children(moov)
    yield from islice(inside, MOST_BOXES)
    if next(inside, None):
        raise BoxError("its header has too many boxes")


def _find(moov: bytes, path: str, box: Box | None = None) -> Box | None:
    for kind in path.split("/"):
        box = next((child for child in _children(moov, box) if child.kind == kind), None)
        if box is None:
            return None
    return box


def _need(moov: bytes, path: str, box: Box | None = None) -> Box:
    found = _find(moov, path, box)
    if found is None:
        raise BoxError(f"there is no {path}")
    return found


def _check_track(moov: bytes, track: Box, size: int, longest_frame: int) -> None:
    tables = _find(moov, "mdia/minf/stbl", track)
    if tables is None:
        return
    _check_times(moov, track, tables, longest_frame)
    offset, last = max(((offset, place) for place, offset in enumerate(_chunk_offsets(moov, tables))), default=(0, -1))
    if last >= 0 and offset + _chunk_size(moov, tables, last) > size:
        raise DataMissingError("the file ends before the frames that its header lists")


def _check_times(moov: bytes, track: Box, tables: Box, longest_frame: int) -> None:
    header, times = _find(moov, "mdia/mdhd", track), _find(moov, "stts", tables)
    if header is None or times is None:
        return
    timescale = struct.unpack_from(">I", moov, header.payload + (20 if moov[header.payload] else 12))[0]
    (count,) = struct.unpack_from(">I", moov, times.payload + 4)
    rows = struct.iter_unpack(">II", _table(moov, times, 8, 8 * count))
    longest = max((duration for samples, duration in rows if samples), default=0)
    # a duration with the top bit set is a negative one, which FFmpeg takes for 1
    if timescale and longest < 2**31 and longest > longest_frame * timescale:
        raise TimeGapError(f"one frame lasts {longest // timescale} s")


def _table(moov: bytes, box: Box, offset: int, size: int) -> memoryview:
    """`size` bytes of a box's payload, not copied; BoxError when it has fewer."""
    start = box.payload + offset
    if start + size > box.end:
        raise BoxError(f"the table {box.kind} ends early")
    return memoryview(moov)[start : start + size]


def _chunk_offsets(moov: bytes, tables: Box) -> Iterator[int]:
    for kind, code, width in (("stco", "I", 4), ("co64", "Q", 8)):
        box = _find(moov, kind, tables)
        if box:
            (count,) = struct.unpack_from(">I", moov, box.payload + 4)
            return (offset for (offset,) in struct.iter_unpack(f">{code}", _table(moov, box, 8, count * width)))
    return iter(())


def _chunk_size(moov: bytes, tables: Box, chunk: int) -> int:
    """Bytes of one chunk, the first is 0."""
    first, samples = _chunk_samples(moov, tables, chunk)
    box = _find(moov, "stsz", tables)
    if box is None:
        return 0
    each, count = struct.unpack_from(">II", moov, box.payload + 4)
    last = min(count, first + samples)
    if each:
        # sound of constant size: QuickTime counts samples of one byte here, so only whole frames are sure
        return 0 if each == 1 else each * max(0, last - first)
    if last <= first:
        return 0
    return sum(size for (size,) in struct.iter_unpack(">I", _table(moov, box, 12 + 4 * first, 4 * (last - first))))


def _chunk_samples(moov: bytes, tables: Box, chunk: int) -> tuple[int, int]:
    """(samples before a chunk, samples in it), from the runs of equal chunks."""
    box = _need(moov, "stsc", tables)
    (count,) = struct.unpack_from(">I", moov, box.payload + 4)
    rows = struct.iter_unpack(">III", _table(moov, box, 8, 12 * count))
    before, samples = 0, 0
    for (first, per_chunk, _), (after, *_) in pairwise(chain(rows, [(chunk + 2, 0, 0)])):
        samples = per_chunk
        if after > chunk + 1:
            return before + (chunk + 1 - first) * per_chunk, samples
        before += (after - first) * per_chunk
    return before, samples
