"""What is published is valid, byte by byte: for HLS players and for those that want one file."""

import re
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import NamedTuple

import pytest

from shared.media import encode
from shared.media.encode import encode_run
from shared.media.errors import MediaError
from shared.media.illustrating import Illustrations
from shared.media.indexes import RunIndex
from shared.media.mp4.boxes import children, find, need
from shared.media.mp4.codecs import codec_string
from shared.media.mp4.reading import read_fragment, sample_description, track_defaults
from shared.media.package import EncodedRun, package
from shared.media.storage import BytesSource
from tests.shared.media.engine import LocalSink, LocalSource, Transcoded, plan_of, transcode
from tests.shared.media.making import FFMPEG

Get = Callable[[str], Transcoded]
NAMES = ["landscape", "silent", "one_frame", "sixty", "variable_rate", "slow"]


class Entry(NamedTuple):
    seconds: float
    offset: int
    size: int


class Playlist(NamedTuple):
    tags: list[str]
    header: tuple[int, int]
    entries: list[Entry]


def read_playlist(path: Path) -> Playlist:
    """A media playlist, read by a parser that knows nothing of ours."""
    lines = path.read_text().splitlines()
    assert (lines[0], lines[-1]) == ("#EXTM3U", "#EXT-X-ENDLIST")
    entries, seconds, span = [], None, None
    for line in lines:
        if line.startswith("#EXTINF:"):
            seconds = float(line[8:].rstrip(","))
        elif line.startswith("#EXT-X-BYTERANGE:"):
            size, offset = line[17:].split("@")
            span = int(offset), int(size)
        elif not line.startswith("#"):
            assert seconds is not None
            assert span is not None
            entries.append(Entry(seconds, *span))
            seconds = span = None
    found = re.search(r'BYTERANGE="(\d+)@(\d+)"', path.read_text())
    assert found
    return Playlist(lines, (int(found[2]), int(found[1])), entries)


def tag(playlist: Playlist, name: str) -> str:
    return next(line.split(":", 1)[1] for line in playlist.tags if line.startswith(name + ":"))


@pytest.mark.parametrize("name", NAMES)
def test_byte_ranges_lie_in_the_file_and_hold_fragments(transcoded: Get, name: str) -> None:
    done = transcoded(name)
    files = [variant.name for variant in done.manifest.variants] + (["audio"] if done.manifest.has_audio else [])
    for file in files:
        data, playlist = done.path(f"{file}.mp4").read_bytes(), read_playlist(done.path(f"{file}.m3u8"))
        offset, size = playlist.header
        init = data[offset : offset + size]
        assert [box.kind for box in children(init)] == ["ftyp", "moov"]
        end, sequence, decode_time = offset + size, 0, 0
        defaults = track_defaults(init)
        for entry in playlist.entries:
            assert end <= entry.offset
            end = entry.offset + entry.size
            assert end <= len(data)
            segment = data[entry.offset : end]
            boxes = list(children(segment))
            assert [box.kind for box in boxes] == ["moof", "mdat"] * (len(boxes) // 2)
            length = 0
            for moof, mdat in zip(boxes[::2], boxes[1::2], strict=True):
                head, body = segment[moof.start : moof.end], segment[mdat.start : mdat.end]
                fragment = read_fragment(head, body, defaults)
                sequence += 1
                assert int.from_bytes(head[need(head, "moof/mfhd").payload + 4 :][:4], "big") == sequence
                assert fragment.decode_time == decode_time
                assert fragment.samples[0].is_sync
                decode_time += sum(sample.duration for sample in fragment.samples)
                length += sum(sample.duration for sample in fragment.samples)
            timescale = done.plan.timescale if file != "audio" else 48_000
            priming = 1024 if file == "audio" and entry is playlist.entries[0] else 0
            assert (length - priming) / timescale == pytest.approx(entry.seconds, abs=1e-5)


@pytest.mark.parametrize("name", NAMES)
def test_playlists_agree_with_one_another(transcoded: Get, name: str) -> None:
    done = transcoded(name)
    videos = [read_playlist(done.path(f"{variant.name}.m3u8")) for variant in done.manifest.variants]
    lengths = [[entry.seconds for entry in video.entries] for video in videos]
    assert all(length == lengths[0] for length in lengths)
    assert sum(lengths[0]) == pytest.approx(done.manifest.duration, abs=1e-5)
    assert all(int(tag(video, "#EXT-X-TARGETDURATION")) >= round(max(lengths[0])) for video in videos)
    if done.manifest.has_audio:
        audio = read_playlist(done.path("audio.m3u8"))
        assert sum(entry.seconds for entry in audio.entries) == pytest.approx(done.manifest.duration, abs=0.05)
        assert len(audio.entries) == len(lengths[0])
        assert int(tag(audio, "#EXT-X-TARGETDURATION")) >= max(round(entry.seconds) for entry in audio.entries)


def test_segments_are_six_seconds(transcoded: Get) -> None:
    entries = read_playlist(transcoded("landscape").path("720p.m3u8")).entries
    assert [entry.seconds for entry in entries] == [6.0, 3.0]


@pytest.mark.parametrize("name", ["landscape", "one_frame"])
def test_key_frame_playlist_points_at_key_frames(transcoded: Get, name: str) -> None:
    done = transcoded(name)
    for variant in done.manifest.variants:
        data, playlist = done.path(variant.file).read_bytes(), read_playlist(done.path(f"{variant.name}_i.m3u8"))
        assert "#EXT-X-I-FRAMES-ONLY" in playlist.tags
        assert len(playlist.entries) == -(-done.manifest.frames // done.plan.gop)
        for entry in playlist.entries:
            part = data[entry.offset : entry.offset + entry.size]
            assert part[4:8] == b"moof"
            nal = int.from_bytes(part[:4], "big") + 8
            kinds = []
            while nal + 5 <= len(part):
                kinds.append(part[nal + 4] & 31)
                nal += 4 + int.from_bytes(part[nal : nal + 4], "big")
            assert 5 in kinds, "an IDR picture"
            assert nal == len(part)


@pytest.mark.parametrize("name", NAMES)
def test_file_is_an_ordinary_mp4_with_its_head_first(transcoded: Get, name: str) -> None:
    done = transcoded(name)
    for variant in done.manifest.variants:
        data = done.path(variant.file).read_bytes()
        assert [box.kind for box in children(data)] == ["ftyp", "moov", "mdat"]
        assert find(data, "moov/mvex") is None
        assert len(data) == variant.size
        assert codec_string(sample_description(data)) == variant.video_codec


def test_master_playlist(transcoded: Get) -> None:
    done = transcoded("landscape")
    text = done.path("master.m3u8").read_text()
    streams = re.findall(r"#EXT-X-STREAM-INF:(.*)\n(.*)\n", text)
    assert [uri for _, uri in streams] == ["720p.m3u8", "480p.m3u8"]
    audio = read_playlist(done.path("audio.m3u8"))
    for attributes, uri in streams:
        assert re.search(r'CODECS="avc1\.6400[0-9A-F]{2},mp4a\.40\.2"', attributes)
        assert "FRAME-RATE=15.000" in attributes
        assert 'AUDIO="audio"' in attributes
        entries = read_playlist(done.path(uri)).entries
        told = re.findall(r"BANDWIDTH=(\d+)", attributes)
        peak = max(entry.size * 8 / entry.seconds for entry in entries)
        peak += max(entry.size * 8 / entry.seconds for entry in audio.entries)
        assert int(told[0]) >= peak * 0.98
        assert int(told[1]) <= int(told[0])
    assert "RESOLUTION=1280x720" in streams[0][0]
    assert text.count("#EXT-X-I-FRAME-STREAM-INF") == 2


def test_master_of_a_silent_film_has_no_sound(transcoded: Get) -> None:
    text = transcoded("silent").path("master.m3u8").read_text()
    assert "AUDIO" not in text
    assert "mp4a" not in text


def test_manifest_lists_what_lies_there(transcoded: Get) -> None:
    done = transcoded("landscape")
    there = {path.name: path.stat().st_size for path in done.directory.iterdir() if path.is_file()}
    assert {published.name: published.size for published in done.manifest.objects} == there
    assert set(there) == {
        "master.m3u8", "audio.mp4", "audio.m3u8",
        "720p.mp4", "720p.m3u8", "720p_i.m3u8", "480p.mp4", "480p.m3u8", "480p_i.m3u8",
        "storyboard.jpg", "storyboard.vtt", "preview.mp4",
    }  # fmt: skip


def test_the_same_work_gives_the_same_bytes(source: Callable[[str], Path], tmp_path: Path) -> None:
    drawing = partial(Illustrations, FFMPEG)
    once, again = (transcode(source("silent"), tmp_path / name, illustrate=drawing) for name in ("once", "again"))
    for published in once.manifest.objects:
        assert once.path(published.name).read_bytes() == again.path(published.name).read_bytes()
    assert once.plan.hash == again.plan.hash


@pytest.fixture
def pieces(source: Callable[[str], Path], tmp_path: Path) -> Callable[..., list[EncodedRun]]:
    """Index and bytes of the only run of the silent source, the index changed as told."""
    plan = plan_of(source("silent"))
    index = encode_run(plan, plan.runs[0], LocalSource(source("silent")), {"240p": LocalSink(tmp_path / "r")}, FFMPEG)[
        "240p"
    ]
    return lambda **changes: [EncodedRun(replace(index, **changes), LocalSource(tmp_path / "r"))]


CHANGES: list[dict[str, object]] = [{"start": 5}, {"rung": "480p"}, {"frames": 59, "fragments": ()}]


@pytest.mark.parametrize("change", CHANGES, ids=str)
def test_runs_that_do_not_fit_are_refused(
    source: Callable[[str], Path], tmp_path: Path, pieces: Callable[..., list[EncodedRun]], change: dict[str, object]
) -> None:
    plan = plan_of(source("silent"))
    with pytest.raises(MediaError):
        package(plan, {"240p": pieces(**change)}, None, lambda name, _: LocalSink(tmp_path / "out" / name))
    assert not (tmp_path / "out" / "master.m3u8").exists()


def test_runs_of_different_codec_parameters_are_refused(
    source: Callable[[str], Path], tmp_path: Path, pieces: Callable[..., list[EncodedRun]]
) -> None:
    plan = plan_of(source("silent"))
    (first,) = pieces()
    other = EncodedRun(replace(first.index, start=60, stsd=first.index.stsd[:-1] + b"?"), first.fragments)
    with pytest.raises(MediaError, match="codec parameters"):
        package(plan, {"240p": [first, other]}, None, lambda name, _: LocalSink(tmp_path / name))


def test_bytes_that_are_missing_are_noticed(
    source: Callable[[str], Path], tmp_path: Path, pieces: Callable[..., list[EncodedRun]]
) -> None:
    (first,) = pieces()
    data = first.fragments.read(0, first.fragments.size)
    short = EncodedRun(first.index, BytesSource(data[:-10]))
    with pytest.raises(EOFError):
        package(plan_of(source("silent")), {"240p": [short]}, None, lambda name, _: LocalSink(tmp_path / "out" / name))
    assert not list((tmp_path / "out").iterdir())


def test_output_that_ffmpeg_cut_at_its_limit_is_noticed(
    source: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`-fs` ends with exit code 0, as if all were well."""
    plan = plan_of(source("interlaced"))
    monkeypatch.setattr(encode, "max_bytes", lambda _kbits, _seconds: 20_000)
    with pytest.raises(MediaError) as caught:
        encode_run(plan, plan.runs[0], LocalSource(source("interlaced")), {"480p": LocalSink(tmp_path / "r")}, FFMPEG)
    assert not caught.value.is_source_fault
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_promises_more_than_it_holds_is_noticed(source: Callable[[str], Path], tmp_path: Path) -> None:
    plan = plan_of(source("silent"))
    longer = replace(plan, frames=600, runs=(replace(plan.runs[0], span=replace(plan.runs[0].span, frames=600)),))
    with pytest.raises(MediaError, match=r"promises 20\.0 s"):
        encode_run(longer, longer.runs[0], LocalSource(source("silent")), {"240p": LocalSink(tmp_path / "r")}, FFMPEG)


def test_a_file_that_goes_on_after_its_end_is_noticed(source: Callable[[str], Path], tmp_path: Path) -> None:
    plan = plan_of(source("fragmented"))
    shorter = replace(plan, frames=10, runs=(replace(plan.runs[0], span=replace(plan.runs[0].span, frames=10)),))
    stored, sinks = LocalSource(source("fragmented")), {"240p": LocalSink(tmp_path / "r")}
    with pytest.raises(MediaError, match="goes on"):
        encode_run(shorter, shorter.runs[0], stored, sinks, FFMPEG)


def test_index_is_small(pieces: Callable[..., list[EncodedRun]]) -> None:
    (run,) = pieces()
    assert RunIndex.from_json(run.index.to_json()) == run.index
    assert run.index.frames == 60
    assert len(run.index.fragments) == 1
