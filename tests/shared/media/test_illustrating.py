"""Storyboard and preview: every picture is the frame that it says, and there are never too many."""

import re
from collections.abc import Callable
from fractions import Fraction
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.media import preview, storyboard
from shared.media.errors import MediaError
from shared.media.excerpts import Excerpts
from shared.media.illustrating import ILLUSTRATIONS, Illustrations
from shared.media.indexes import FragmentIndex, RunIndex
from shared.media.layout import Layout
from shared.media.mp4.boxes import children
from shared.media.playlists import ByteRange
from shared.media.probing import probe
from tests.shared.media.engine import LocalSource, Transcoded, counters, frame_times, transcode
from tests.shared.media.making import FFMPEG, X264, ffmpeg
from tests.shared.media.test_plan import facts, plan_for

Get = Callable[[str], Transcoded]
NAMES = ["landscape", "portrait", "variable_rate", "one_frame", "fifty", "slow"]
LARGEST = 500_000
"""Bytes of a preview."""


class Cue(NamedTuple):
    """A picture of a storyboard: its times in seconds, its place on the sheet in pixels."""

    start: float
    end: float
    x: int
    y: int
    width: int
    height: int


def cues_of(text: str) -> list[Cue]:
    """The cues of a storyboard's WebVTT file."""
    head, *blocks = text.rstrip("\n").split("\n\n")
    assert head == "WEBVTT"
    found = []
    for block in blocks:
        times, picture = block.split("\n")
        hours, minutes, seconds = zip(*(time.split(":") for time in times.split(" --> ")), strict=True)
        start, end = (int(h) * 3600 + int(m) * 60 + float(s) for h, m, s in zip(hours, minutes, seconds, strict=True))
        place = re.fullmatch(r"storyboard\.jpg#xywh=(\d+),(\d+),(\d+),(\d+)", picture)
        assert place
        found.append(Cue(start, end, *map(int, place.groups())))
    return found


def size_of(path: Path) -> tuple[int, int]:
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        return stream.width, stream.height


@pytest.mark.parametrize("name", NAMES)
def test_each_picture_is_the_frame_at_its_time(transcoded: Get, name: str) -> None:
    done = transcoded(name)
    cues = cues_of(done.path("storyboard.vtt").read_text())
    assert cues[0].start == 0
    assert [cue.end for cue in cues[:-1]] == [cue.start for cue in cues[1:]]
    assert cues[-1].end == pytest.approx(done.manifest.duration, abs=0.001)
    film, rate = counters(done.path(f"{done.lowest}.mp4")), float(done.plan.frame_rate)
    sheet = done.path("storyboard.jpg")
    for cue in cues:
        part = f"crop={cue.width}:{cue.height}:{cue.x}:{cue.y}"
        assert counters(sheet, part) == [film[round(cue.start * rate)]]
    width, height = size_of(sheet)
    assert max(cue.x + cue.width for cue in cues) == width
    assert max(cue.y + cue.height for cue in cues) == height


def test_pictures_have_the_shape_of_the_video(transcoded: Get) -> None:
    for name, expected in (("landscape", (160, 90)), ("portrait", (90, 160)), ("silent", (160, 120))):
        (cue, *_) = cues_of(transcoded(name).path("storyboard.vtt").read_text())
        assert (cue.width, cue.height) == expected


@pytest.mark.parametrize("name", NAMES)
def test_the_preview_shows_moments_from_all_over_the_video(transcoded: Get, name: str) -> None:
    done = transcoded(name)
    path, plan = done.path("preview.mp4"), done.plan
    groups = -(-done.manifest.frames // plan.gop)
    step = 2 if plan.frame_rate == 50 else 1
    length = preview.moment_frames(plan, groups)
    film = counters(done.path(f"{done.lowest}.mp4"))
    wanted = [
        film[frame]
        for moment in preview.moments(groups)
        for frame in range(moment * plan.gop, moment * plan.gop + length, step)
        if frame < len(film)
    ]
    assert counters(path) == wanted
    assert frame_times(path) == list(range(len(wanted)))
    assert max(size_of(path)) <= preview.SIDE


@pytest.mark.parametrize("name", ["landscape", "portrait"])
def test_the_preview_is_an_ordinary_silent_film_of_seconds(transcoded: Get, name: str) -> None:
    path = transcoded(name).path("preview.mp4")
    assert [box.kind for box in children(path.read_bytes())] == ["ftyp", "moov", "mdat"]
    facts = probe(LocalSource(path))
    assert facts.audio is None
    assert facts.duration <= preview.SECONDS
    assert facts.video.sample_aspect == 1


def test_a_preview_of_noise_stays_small(tmp_path: Path) -> None:
    film = tmp_path / "noise.mp4"
    ffmpeg("-f", "lavfi", "-i", "color=gray:s=854x480:r=30:d=6,noise=alls=100:allf=t", *X264, film)
    done = transcode(film, tmp_path / "out", illustrate=partial(Illustrations, FFMPEG))
    assert 100_000 < done.path("preview.mp4").stat().st_size < LARGEST


def test_a_short_film_has_few_long_moments_and_a_long_one_six_short_ones() -> None:
    plan = plan_for(facts(seconds=7200))
    assert preview.moments(1) == [0]
    assert preview.moments(3) == [0, 1, 2]
    assert preview.moments(3600) == [300, 900, 1500, 2100, 2700, 3300]
    lengths = [preview.moment_frames(plan, groups) / plan.frame_rate for groups in (1, 2, 3, 6, 3600)]
    assert lengths == [2, 1.5, 1, 0.5, 0.5]


@given(st.integers(1, 50_000))
def test_a_sheet_is_bounded_whatever_the_duration(groups: int) -> None:
    numbers = storyboard.tiles([FragmentIndex(100, (10_000, 10), (2, 2))] * groups)
    assert numbers[0] == 0
    assert min(groups, storyboard.MOST_TILES // 2) <= len(numbers) <= storyboard.MOST_TILES
    assert len({after - before for before, after in pairwise(numbers)}) <= 1


def test_large_key_frames_make_fewer_pictures() -> None:
    large = FragmentIndex(100, (storyboard.MOST_BYTES // 10, 10), (2, 2))
    assert len(storyboard.tiles([large] * 1000)) == 10
    assert storyboard.tiles([FragmentIndex(100, (2 * storyboard.MOST_BYTES,), (2,))] * 3) == [0]


@given(st.lists(st.integers(1, 50), min_size=1, max_size=30), st.data())
def test_bytes_are_kept_however_they_come(sizes: list[int], data: st.DataObject) -> None:
    """Samples of groups that lie apart in a file, which goes by in pieces of any length."""
    plan = plan_for(facts(seconds=7200))
    groups = tuple(FragmentIndex(7, (size, 3), (2, 2)) for size in sizes)
    file, ranges = b"", []
    for group in groups:
        file += data.draw(st.binary(max_size=9))
        ranges.append(ByteRange(len(file), group.size, Fraction(2)))
        file += data.draw(st.binary(min_size=group.size, max_size=group.size))
    wanted = data.draw(st.dictionaries(st.integers(0, len(groups) - 1), st.integers(1, 2), min_size=1))
    run = RunIndex("480p", 0, 2 * len(groups), bytes(8), groups)
    excerpts = Excerpts(plan, plan.rungs[-1], [run], Layout(fragments=ranges), wanted)
    rest = file
    while rest:
        length = data.draw(st.integers(1, len(rest)))
        excerpts.take(rest[:length])
        rest = rest[length:]
    film = excerpts.film(wanted)
    found = [film[box.payload : box.end] for box in children(film) if box.kind == "mdat"]
    starts = {number: ranges[number].offset + 15 for number in sorted(wanted)}
    assert found == [file[at : at + sum(groups[number].sizes[: wanted[number]])] for number, at in starts.items()]


def test_no_master_playlist_is_written_when_pictures_cannot_be_made(
    source: Callable[[str], Path], tmp_path: Path
) -> None:
    with pytest.raises(MediaError, match="encoder"):
        transcode(source("silent"), tmp_path, illustrate=partial(Illustrations, "/bin/false"))
    assert (tmp_path / "240p.mp4").exists()
    assert not (tmp_path / "master.m3u8").exists()
    assert not any((tmp_path / name).exists() for name in ILLUSTRATIONS)


def test_the_master_playlist_names_the_storyboard_only_where_there_is_one(
    transcoded: Get, source: Callable[[str], Path], tmp_path: Path
) -> None:
    line = '#EXT-X-SESSION-DATA:DATA-ID="showreel.storyboard",VALUE="storyboard.vtt"'
    assert line in transcoded("silent").path("master.m3u8").read_text().splitlines()
    assert "SESSION-DATA" not in transcode(source("silent"), tmp_path).path("master.m3u8").read_text()
