"""Writes CMAF fragments and the movie headers around them (ISO/IEC 14496-12, 23000-19)."""

import struct
import sys
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Literal

from shared.media.mp4.boxes import box, full_box, u16, u32, u64

MATRIX = u32(0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
UNDETERMINED_LANGUAGE = 0x55C4
SYNC_SAMPLE, DEPENDENT_SAMPLE = 0x02000000, 0x01010000
MDAT_HEADER = 16
"""Bytes of the header of an mdat with a 64-bit size."""


@dataclass(frozen=True)
class TrackHeader:
    """What all headers of a track share. Width and height are 0 for sound; times are in `timescale`."""

    kind: Literal["video", "audio"]
    timescale: int
    sample_duration: int
    stsd: bytes
    edit_start: int
    """Media time at which presentation starts: the reordering delay of video, the priming of AAC."""
    width: int = 0
    height: int = 0


@dataclass(frozen=True)
class Track:
    """A track with the tables that an ordinary, unfragmented reader wants."""

    header: TrackHeader
    sizes: Sequence[int]
    chunks: Sequence[tuple[int, int]]
    """(offset in the file, samples) of each run of adjacent samples."""
    composition_offsets: Sequence[int] = field(default=())
    sync_samples: Sequence[int] = field(default=())
    """Numbers of the samples at which decoding can start, the first is 1; empty when all are."""
    shown: int | None = None
    """Presentation duration in `timescale`; all that follows `edit_start` when None."""


def big_endian(code: Literal["i", "I", "Q"], values: Iterable[int]) -> bytes:
    """Numbers as big-endian bytes: i and I have 32 bits, Q has 64."""
    numbers = array(code, values)
    if sys.byteorder == "little":
        numbers.byteswap()
    return numbers.tobytes()


def fragment(
    sequence: int, decode_time: int, header: TrackHeader, sizes: Sequence[int], offsets: Sequence[int], data: bytes
) -> tuple[bytes, bytes]:
    """(moof, mdat) of one fragment whose first sample is a sync sample; `offsets` only for video."""
    is_video = header.kind == "video"
    rest = DEPENDENT_SAMPLE if is_video else SYNC_SAMPLE
    tfhd = full_box("tfhd", 0, 0x20028, u32(1, header.sample_duration, rest))
    tfdt = full_box("tfdt", 1, 0, u64(decode_time))
    if is_video:
        table = big_endian("i", (value for pair in zip(sizes, offsets, strict=True) for value in pair))
        flags, first = 0xA05, u32(SYNC_SAMPLE)
    else:
        table = big_endian("I", sizes)
        flags, first = 0x201, b""

    def moof(data_offset: int) -> bytes:
        trun = full_box("trun", 1, flags, u32(len(sizes), data_offset), first, table)
        return box("moof", full_box("mfhd", 0, 0, u32(sequence)), box("traf", tfhd, tfdt, trun))

    return moof(len(moof(0)) + 8), struct.pack(">I4s", 8 + len(data), b"mdat") + data


def init_segment(header: TrackHeader, duration: int) -> bytes:
    """The CMAF header of one track, `duration` in its timescale."""
    empty = [full_box("stts", 0, 0, u32(0)), full_box("stsc", 0, 0, u32(0))]
    empty += [full_box("stsz", 0, 0, u32(0, 0)), full_box("stco", 0, 0, u32(0))]
    mvex = box("mvex", full_box("mehd", 1, 0, u64(duration)), full_box("trex", 0, 0, u32(1, 1, 0, 0, 0)))
    track = _trak(1, header, empty, media_duration=0, shown=0)
    return box("ftyp", b"iso6", u32(0), b"iso6cmfccmf2mp41") + box("moov", _mvhd(header.timescale, 0, 2), track, mvex)


def movie(tracks: Sequence[Track], timescale: int) -> bytes:
    """A moov with complete sample tables; `timescale` is the movie's."""
    longest = 0
    traks: list[bytes] = []
    for number, track in enumerate(tracks, 1):
        header = track.header
        media_duration = len(track.sizes) * header.sample_duration
        shown = media_duration - (header.edit_start if header.kind == "audio" else 0)
        shown = shown if track.shown is None else min(shown, track.shown)
        in_movie = -(-shown * timescale // header.timescale)
        longest = max(longest, in_movie)
        traks.append(_trak(number, header, _tables(track), media_duration, in_movie))
    return box("moov", _mvhd(timescale, longest, len(tracks) + 1), *traks)


def file_type(brand: Literal["isom", "M4A "], codec: str = "") -> bytes:
    """The ftyp of a file that plays everywhere; `codec` is the kind of its pictures' sample entry, such as avc1."""
    own = codec.encode() if codec in ("avc1", "av01") else b""  # HEVC has no brand of files
    return box("ftyp", brand.encode(), u32(0x200), b"isomiso6iso2" + own + b"mp41")


def media_data_header(payload: int) -> bytes:
    """The header of an mdat that holds `payload` bytes."""
    return struct.pack(">I4sQ", 1, b"mdat", MDAT_HEADER + payload)


def _mvhd(timescale: int, duration: int, next_track: int) -> bytes:
    rate_and_volume = u32(0x10000) + struct.pack(">HHQ", 0x100, 0, 0)
    end = rate_and_volume + MATRIX + u32(0, 0, 0, 0, 0, 0, next_track)
    if duration > 0xFFFFFFFF:
        return full_box("mvhd", 1, 0, u64(0, 0), u32(timescale), u64(duration), end)
    return full_box("mvhd", 0, 0, u32(0, 0, timescale, duration), end)


def _trak(number: int, header: TrackHeader, tables: Sequence[bytes], media_duration: int, shown: int) -> bytes:
    is_video = header.kind == "video"
    size = u32(header.width << 16, header.height << 16)
    tkhd_end = u64(0) + u16(0, 0, 0 if is_video else 0x100, 0) + MATRIX + size
    if shown > 0xFFFFFFFF:
        tkhd = full_box("tkhd", 1, 3, u64(0, 0), u32(number, 0), u64(shown), tkhd_end)
    else:
        tkhd = full_box("tkhd", 0, 3, u32(0, 0, number, 0, shown), tkhd_end)
    return box(
        "trak",
        tkhd,
        box("edts", full_box("elst", 1, 0, u32(1), u64(shown, header.edit_start), u16(1, 0))),
        box(
            "mdia",
            _mdhd(header.timescale, media_duration),
            full_box("hdlr", 0, 0, u32(0), b"vide" if is_video else b"soun", u32(0, 0, 0), _handler_name(is_video)),
            box(
                "minf",
                full_box("vmhd", 0, 1, u16(0, 0, 0, 0)) if is_video else full_box("smhd", 0, 0, u32(0)),
                box("dinf", full_box("dref", 0, 0, u32(1), full_box("url ", 0, 1))),
                box("stbl", header.stsd, *tables),
            ),
        ),
    )


def _handler_name(is_video: bool) -> bytes:
    return b"VideoHandler\0" if is_video else b"SoundHandler\0"


def _mdhd(timescale: int, duration: int) -> bytes:
    if duration > 0xFFFFFFFF:
        return full_box("mdhd", 1, 0, u64(0, 0), u32(timescale), u64(duration), u16(UNDETERMINED_LANGUAGE, 0))
    return full_box("mdhd", 0, 0, u32(0, 0, timescale, duration), u16(UNDETERMINED_LANGUAGE, 0))


def _tables(track: Track) -> list[bytes]:
    count = len(track.sizes)
    tables = [full_box("stts", 0, 0, u32(1, count, track.header.sample_duration))]
    if track.sync_samples:
        tables.append(full_box("stss", 0, 0, u32(len(track.sync_samples)), big_endian("I", track.sync_samples)))
    if track.composition_offsets:
        runs = [(len(list(same)), value) for value, same in groupby(track.composition_offsets)]
        tables.append(full_box("ctts", 0, 0, u32(len(runs)), big_endian("I", (n for run in runs for n in run))))
    tables.append(_samples_per_chunk([samples for _, samples in track.chunks]))
    tables.append(full_box("stsz", 0, 0, u32(0, count), big_endian("I", track.sizes)))
    offsets = big_endian("Q", (offset for offset, _ in track.chunks))
    tables.append(full_box("co64", 0, 0, u32(len(track.chunks)), offsets))
    return tables


def _samples_per_chunk(counts: Sequence[int]) -> bytes:
    rows: list[tuple[int, int, int]] = []
    for number, samples in enumerate(counts, 1):
        if not rows or rows[-1][1] != samples:
            rows.append((number, samples, 1))
    return full_box("stsc", 0, 0, u32(len(rows)), big_endian("I", (value for row in rows for value in row)))
