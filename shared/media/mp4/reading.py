"""Reads the fragmented MP4 that FFmpeg writes to a pipe, one fragment at a time."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, NamedTuple

from shared.media.mp4.boxes import Box, BoxError, children, find, need

DURATION, SIZE, FLAGS, OFFSET = 0x100, 0x200, 0x400, 0x800
NON_SYNC = 0x10000


class Sample(NamedTuple):
    """One frame: duration and composition offset in the track's timescale, size in bytes."""

    duration: int
    size: int
    flags: int
    composition_offset: int

    @property
    def is_sync(self) -> bool:
        """True when decoding can start here."""
        return not self.flags & NON_SYNC


@dataclass(frozen=True)
class Fragment:
    """The samples of one moof and their bytes, one after the other."""

    decode_time: int
    samples: list[Sample]
    data: bytes


class Defaults(NamedTuple):
    """What a sample is when its run does not say."""

    duration: int
    size: int
    flags: int


class FragmentStream:
    """A pipe that carries ftyp, moov, then pairs of moof and mdat of a single track."""

    def __init__(self, pipe: BinaryIO) -> None:
        """Nothing is read yet."""
        self._pipe = pipe
        self.stsd = b""
        """The sample description box, once the first fragment has been read."""

    def __iter__(self) -> Iterator[Fragment]:
        """Every fragment up to the end of the pipe."""
        defaults = Defaults(0, 0, 0)
        moof = b""
        while (whole := self._next_box()) is not None:
            kind = whole[4:8]
            if kind == b"moov":
                self.stsd, defaults = sample_description(whole), track_defaults(whole)
            elif kind == b"moof":
                moof = whole
            elif kind == b"mdat":
                yield read_fragment(moof, whole, defaults)

    def _next_box(self) -> bytes | None:
        header = self._pipe.read(8)
        if not header:
            return None
        size = self._box_size(header)
        body = self._pipe.read(size - 8)
        if len(body) != size - 8:
            raise BoxError("the encoder's output ends within a box")
        return header + body

    @staticmethod
    def _box_size(header: bytes) -> int:
        size = struct.unpack(">I", header[:4])[0] if len(header) == 8 else 0
        if size < 8:
            raise BoxError("the encoder's output is not a sequence of boxes")
        return size


def sample_description(data: bytes) -> bytes:
    """The whole stsd box of the first track of a file that starts at a box."""
    found = need(data, "moov/trak/mdia/minf/stbl/stsd")
    return data[found.start : found.end]


def track_defaults(data: bytes) -> Defaults:
    """The trex of the only track."""
    trex = find(data, "moov/mvex/trex")
    if trex is None:
        return Defaults(0, 0, 0)
    return Defaults(*struct.unpack_from(">III", data, trex.payload + 12))


def read_fragment(moof: bytes, mdat: bytes, defaults: Defaults) -> Fragment:
    """The samples of one moof; `mdat` is the box that directly follows it."""
    traf = need(moof, "moof/traf")
    decode_time = 0
    samples: list[Sample] = []
    for part in children(moof, traf.payload, traf.end):
        if part.kind == "tfhd":
            defaults = _header_defaults(moof, part, defaults)
        elif part.kind == "tfdt":
            version = moof[part.payload]
            decode_time = struct.unpack_from(">Q" if version else ">I", moof, part.payload + 4)[0]
        elif part.kind == "trun":
            samples += _run(moof, part, defaults)
    if sum(sample.size for sample in samples) != len(mdat) - 8:
        raise BoxError("a fragment's samples do not fill its data")
    return Fragment(decode_time, samples, mdat[8:])


def _header_defaults(moof: bytes, tfhd: Box, defaults: Defaults) -> Defaults:
    flags = struct.unpack_from(">I", moof, tfhd.payload)[0] & 0xFFFFFF
    at = tfhd.payload + 8 + (8 if flags & 1 else 0) + (4 if flags & 2 else 0)
    values = list(defaults)
    for place, bit in enumerate((0x8, 0x10, 0x20)):
        if flags & bit:
            values[place] = struct.unpack_from(">I", moof, at)[0]
            at += 4
    return Defaults(*values)


def _run(moof: bytes, trun: Box, defaults: Defaults) -> list[Sample]:
    flags, count = struct.unpack_from(">II", moof, trun.payload)
    flags &= 0xFFFFFF
    at = trun.payload + 8 + (4 if flags & 1 else 0)
    first_flags = None
    if flags & 4:
        first_flags = struct.unpack_from(">I", moof, at)[0]
        at += 4
    columns = [bit for bit in (DURATION, SIZE, FLAGS, OFFSET) if flags & bit]
    row = struct.Struct(">" + "".join("i" if bit == OFFSET else "I" for bit in columns))
    samples = []
    for number in range(count):
        told = dict(zip(columns, row.unpack_from(moof, at), strict=True))
        at += row.size
        is_first_told = number == 0 and first_flags is not None
        samples.append(
            Sample(
                told.get(DURATION, defaults.duration),
                told.get(SIZE, defaults.size),
                first_flags if is_first_told and first_flags is not None else told.get(FLAGS, defaults.flags),
                told.get(OFFSET, 0),
            )
        )
    return samples
