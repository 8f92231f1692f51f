"""Boxes, codec strings, and the check of uploaded headers."""

import io
import struct
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.media.mp4.boxes import BoxError, box, children, find, full_box, need, u32
from shared.media.mp4.checking import DataMissingError, HeaderMissingError, TimeGapError, check_movie
from shared.media.mp4.codecs import codec_string
from shared.media.mp4.reading import FragmentStream, sample_description
from shared.media.mp4.writing import TrackHeader, fragment, init_segment
from shared.media.sniffing import find_demuxer
from shared.media.storage import BytesSource
from tests.shared.media.making import patched

Source = Callable[[str], Path]


def test_boxes_nest() -> None:
    data = box("moov", box("trak", b"1"), box("trak", b"2")) + box("mdat", b"xyz")
    assert [child.kind for child in children(data)] == ["moov", "mdat"]
    assert need(data, "moov/trak").start == 8
    assert find(data, "moov/mvhd") is None
    with pytest.raises(BoxError):
        need(data, "moov/mvhd")
    with pytest.raises(BoxError):
        list(children(struct.pack(">I4s", 100, b"mdat")))
    large = struct.pack(">I4sQ", 1, b"mdat", 20) + b"data"
    assert next(iter(children(large)))[1:] == (0, 16, 20)
    to_the_end = struct.pack(">I4s", 0, b"mdat") + b"data"
    assert next(iter(children(to_the_end))).end == 12


@given(st.binary(max_size=200))
def test_any_bytes_are_boxes_or_an_error(data: bytes) -> None:
    for check in (lambda: list(children(data)), lambda: check_movie(BytesSource(box("moov", data)), 600)):
        try:
            check()
        except BoxError:
            continue


@given(st.lists(st.tuples(st.integers(1, 50), st.integers(-2, 4)), min_size=1, max_size=20), st.integers(0, 2**40))
def test_what_is_written_is_read_again(samples: list[tuple[int, int]], decode_time: int) -> None:
    stsd = full_box("stsd", 0, 0, u32(0))
    header = TrackHeader("video", 15360, 512, stsd, 1024, 320, 240)
    sizes, offsets = [size for size, _ in samples], [offset * 512 for _, offset in samples]
    data = bytes(range(256)) * (sum(sizes) // 256 + 1)
    moof, mdat = fragment(7, decode_time, header, sizes, offsets, data[: sum(sizes)])
    stream = FragmentStream(io.BytesIO(init_segment(header, 0) + moof + mdat))
    (read,) = list(stream)
    assert stream.stsd == stsd
    assert read.decode_time == decode_time
    assert [(sample.size, sample.composition_offset) for sample in read.samples] == list(
        zip(sizes, offsets, strict=True)
    )
    assert [sample.is_sync for sample in read.samples] == [True] + [False] * (len(samples) - 1)
    assert {sample.duration for sample in read.samples} == {512}
    assert read.data == data[: sum(sizes)]


def test_a_pipe_that_ends_within_a_box() -> None:
    with pytest.raises(BoxError):
        list(FragmentStream(io.BytesIO(box("moof", b"12345678")[:-3])))
    with pytest.raises(BoxError):
        list(FragmentStream(io.BytesIO(b"\0\0\0\1abcd")))


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        (box("avcC", bytes([1, 0x64, 0x00, 0x1F])), "avc1.64001F"),
        (box("avcC", bytes([1, 0x4D, 0x40, 0x1E])), "avc1.4D401E"),
        (box("hvcC", bytes.fromhex("01016000000090000000000 05a".replace(" ", ""))), "hvc1.1.6.L90.90"),
        (box("hvcC", bytes.fromhex("010220000000900000000000 78".replace(" ", ""))), "hvc1.2.4.L120.90"),
        (
            box(
                "esds",
                bytes.fromhex("00000000 0319 0000 00 0411 40 15000000 00000000 00000000 0502 1190".replace(" ", "")),
            ),
            "mp4a.40.2",
        ),
    ],
)
def test_codec_strings(config: bytes, expected: str) -> None:
    stsd = full_box("stsd", 0, 0, u32(1), box(expected[:4], bytes(28), config))
    assert codec_string(stsd) == expected


def test_codec_strings_of_real_files(source: Source) -> None:
    assert codec_string(sample_description(source("hevc").read_bytes())).startswith("hvc1.1.6.L")
    with pytest.raises(BoxError):
        codec_string(sample_description(source("prores").read_bytes()))
    with pytest.raises(BoxError):
        codec_string(full_box("stsd", 0, 0, u32(1), box("avc1", bytes(20))))


def test_headers_of_uploads(source: Source) -> None:
    for name in ("landscape", "prores", "edit_list", "one_frame", "fragmented"):
        check_movie(BytesSource(source(name).read_bytes()), 600)
    data = source("silent").read_bytes()
    stbl = "moov/trak/mdia/minf/stbl"
    with pytest.raises(DataMissingError):
        check_movie(BytesSource(patched(data, f"{stbl}/stco", 8, len(data) - 10)), 600)
    with pytest.raises(TimeGapError):
        check_movie(BytesSource(patched(data, f"{stbl}/stts", 12, 15360 * 601)), 600)
    with pytest.raises(HeaderMissingError):
        check_movie(BytesSource(data[: data.index(b"moov") + 40]), 600)
    with pytest.raises(BoxError):
        check_movie(BytesSource(patched(data, f"{stbl}/stsc", 4, 1_000_000)), 600)


class Counting(BytesSource):
    """Counts how often and how much is read."""

    reads, total = 0, 0

    def read(self, start: int, end: int) -> bytes:
        self.reads, self.total = self.reads + 1, self.total + end - start
        return super().read(start, end)


@pytest.mark.parametrize("size", [8, 4096])
def test_a_file_of_boxes_without_end_is_left_soon(size: int) -> None:
    source = Counting(box("ftyp", b"isom") + box("free", bytes(size - 8)) * 100_000)
    with pytest.raises(BoxError, match="too many"):
        check_movie(source, 600)
    assert source.reads <= 65


def test_a_header_of_boxes_without_end_is_left_soon() -> None:
    for crowd in (box("trak") * 100_000, box("trak", box("mdia", box("free") * 100_000))):
        with pytest.raises(BoxError, match="too many"):
            check_movie(BytesSource(box("moov", crowd)), 600)


def test_a_header_that_is_too_large_is_not_read() -> None:
    class Endless(Counting):
        size = 1 << 30

    source = Endless(struct.pack(">I4s", 65 << 20, b"moov") + bytes(100))
    with pytest.raises(BoxError, match="large"):
        check_movie(source, 600)
    assert source.reads == 1


def test_large_tables_take_no_memory_of_their_own() -> None:
    count = 100_000
    tables = [
        full_box("stts", 0, 0, u32(count), u32(1, 512) * count),
        full_box("stsc", 0, 0, u32(count), u32(1, 1, 1) * count),
        full_box("stsz", 0, 0, u32(0, count), u32(9) * count),
        full_box("stco", 0, 0, u32(count), u32(9) * count),
    ]
    header = full_box("mdhd", 0, 0, u32(0, 0, 15360, 0))
    movie = box("moov", box("trak", box("mdia", header, box("minf", box("stbl", *tables)))))
    source = BytesSource(movie)
    tracemalloc.start()
    try:
        check_movie(source, 600)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 1.5 * len(movie)


def test_sniffing(source: Source) -> None:
    for name, demuxer in [
        ("silent", "mov"), ("prores", "mov"), ("default_audio", "matroska"), ("vp9", "matroska"),
        ("late_start", "mpegts"), ("slow", "avi"),
    ]:  # fmt: skip
        assert find_demuxer(source(name).read_bytes()[:4096]) == demuxer
