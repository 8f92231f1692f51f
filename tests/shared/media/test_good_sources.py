"""Every kind of source that must come out right goes through the whole engine."""

import cmath
import math
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import av
import pytest

from tests.shared.media.engine import (
    Transcoded,
    counters,
    decode,
    frame_times,
    looped,
    onsets,
    pitch,
    plan_of,
    samples,
    transcode,
)
from tests.shared.media.making import SIX_PITCHES
from tests.shared.media.sources import GOOD

MANY = 100
"""More runs than a source of seconds has segments: each segment is one."""

NTSC = Fraction(1000, 1001)
Get = Callable[[str], Transcoded]


class Expected(NamedTuple):
    """Sizes of the rungs, the rate, the number of frames, whether there is sound."""

    sizes: tuple[tuple[int, int], ...]
    rate: Fraction
    frames: int
    has_audio: bool = True


SMALL = ((320, 240),)
EXPECTED = {
    "landscape": Expected(((1280, 720), (854, 480)), Fraction(15), 135),
    "portrait": Expected(((480, 854),), Fraction(30), 60),
    "rotated": Expected(((480, 640),), Fraction(30), 60),
    "silent": Expected(SMALL, Fraction(30), 60, has_audio=False),
    "surround": Expected(SMALL, Fraction(30), 60),
    "default_audio": Expected(SMALL, Fraction(30), 60),
    "first_audio": Expected(SMALL, Fraction(30), 60),
    "variable_rate": Expected(SMALL, Fraction(30), 150),
    "odd_size": Expected(((320, 240),), Fraction(30), 60),
    "anamorphic": Expected(((854, 480),), Fraction(25), 50),
    "interlaced": Expected(((720, 480),), Fraction(25), 50),
    "ten_bit": Expected(SMALL, Fraction(30), 60),
    "hdr10": Expected(SMALL, Fraction(25), 25, has_audio=False),
    "hlg": Expected(SMALL, Fraction(25), 25, has_audio=False),
    "fifty": Expected(SMALL, Fraction(50), 100),
    "sixty": Expected(SMALL, 60 * NTSC, 120),
    "hundred_and_twenty": Expected(SMALL, Fraction(60), 120),
    "coarse_clock": Expected(SMALL, Fraction(60), 60),
    "pausing": Expected(SMALL, Fraction(30), 90),
    "hevc": Expected(SMALL, Fraction(30), 60),
    "prores": Expected(SMALL, Fraction(30), 30),
    "vp9": Expected(SMALL, Fraction(30), 60),
    "endless_webm": Expected(((160, 120),), Fraction(30), 60),
    "av1": Expected(SMALL, Fraction(30), 30),
    "changing": Expected(((640, 480),), Fraction(30), 60, has_audio=False),
    "changing_layout": Expected(SMALL, Fraction(25), 96),
    "changing_channels": Expected(SMALL, Fraction(25), 100),
    "empty_audio": Expected(SMALL, Fraction(30), 60, has_audio=False),
    "edit_list": Expected(SMALL, Fraction(30), 87),
    "late_start": Expected(SMALL, Fraction(30), 60),
    "late_video": Expected(SMALL, Fraction(30), 60),
    "one_frame": Expected(SMALL, Fraction(30), 1, has_audio=False),
    "fragmented": Expected(SMALL, Fraction(30), 90),
    "cover_picture": Expected(SMALL, Fraction(30), 60),
    "huge_second_tracks": Expected(SMALL, Fraction(30), 60, has_audio=False),
    "announced_audio": Expected(SMALL, Fraction(30), 60, has_audio=False),
    "slow": Expected(SMALL, Fraction(10), 22),
}


def test_every_source_is_expected() -> None:
    assert set(EXPECTED) == set(GOOD)


@pytest.mark.parametrize("name", EXPECTED)
def test_source_becomes_a_stream(transcoded: Get, name: str) -> None:
    done, expected = transcoded(name), EXPECTED[name]
    assert tuple((v.width, v.height) for v in done.manifest.variants) == expected.sizes
    assert done.plan.frame_rate == expected.rate
    assert done.manifest.frames == expected.frames
    assert done.manifest.duration == pytest.approx(expected.frames / expected.rate)
    assert done.manifest.has_audio == expected.has_audio
    for variant in done.manifest.variants:
        check_download(done, variant.file, expected)
        assert frame_times(done.path(f"{variant.name}.m3u8")) == list(range(expected.frames))


def check_download(done: Transcoded, file: str, expected: Expected) -> None:
    """Every picture in its place, 8-bit BT.709, square pixels, upright; stereo sound as long as the picture."""
    path = done.path(file)
    assert frame_times(path) == list(range(expected.frames))
    with av.open(str(path)) as container:
        video = container.streams.video[0]
        context = video.codec_context
        assert (context.name, context.profile, context.pix_fmt) == ("h264", "High", "yuv420p")
        assert (context.colorspace, context.color_primaries, context.color_trc, context.color_range) == (1, 1, 1, 1)
        assert (video.sample_aspect_ratio or 1) == 1
        assert next(container.decode(video)).rotation == 0
        assert (video.average_rate, video.start_time) == (expected.rate, 0)
        assert bool(container.streams.audio) == expected.has_audio
    if expected.has_audio:
        with av.open(str(path)) as container:
            audio = container.streams.audio[0]
            context = audio.codec_context
            assert (context.name, context.sample_rate, context.channels) == ("aac", 48000, 2)
            length = sum(frame.samples for frame in container.decode(audio))
        assert length / 48000 == pytest.approx(expected.frames / expected.rate, abs=0.022)


COUNTED = {
    "landscape": list(range(135)),
    "portrait": list(range(60)),
    "silent": list(range(60)),
    "ten_bit": list(range(60)),
    "fifty": list(range(100)),
    "sixty": list(range(120)),
    "coarse_clock": list(range(0, 120, 2)),
    "pausing": [*range(15), *[14] * 60, *range(75, 90)],
    "hevc": list(range(60)),
    "prores": list(range(30)),
    "vp9": list(range(60)),
    "av1": list(range(30)),
    "changing": [*range(30), *range(30)],
    "changing_layout": [*range(48), *range(48)],
    "changing_channels": [*range(50), *range(50)],
    "edit_list": list(range(33, 120)),
    "late_start": list(range(60)),
    "late_video": list(range(60)),
    "one_frame": [0],
    "fragmented": list(range(90)),
    "cover_picture": list(range(60)),
    "odd_size": list(range(60)),
}


@pytest.mark.parametrize("name", COUNTED)
def test_no_frame_is_lost_or_repeated(transcoded: Get, name: str) -> None:
    done = transcoded(name)
    assert counters(done.path(f"{done.lowest}.mp4")) == COUNTED[name]
    assert counters(done.path(f"{done.lowest}.m3u8")) == COUNTED[name]


def test_the_picture_is_turned(transcoded: Get) -> None:
    """The bars lie after a quarter turn to the left; turned back to the right, they read as they were written."""
    done = transcoded("rotated")
    assert done.plan.facts.video.has_matrix
    assert counters(done.path("480p.mp4"), "transpose=clock") == list(range(60))


def test_missing_frames_are_held(transcoded: Get) -> None:
    kept = [n for n in range(150) if n % 5 != 3 and not 61 <= n <= 89]
    held = [max(number for number in kept if number <= place) for place in range(150)]
    assert counters(transcoded("variable_rate").path("240p.mp4")) == held


def test_every_second_frame_of_120_is_kept(transcoded: Get) -> None:
    seen = counters(transcoded("hundred_and_twenty").path("240p.mp4"))
    assert seen == list(range(0, 240, 2))


@pytest.mark.parametrize(("name", "hertz"), [("default_audio", 600), ("first_audio", 300)])
def test_the_right_audio_track_is_taken(transcoded: Get, name: str, hertz: int) -> None:
    assert pitch(samples(transcoded(name).path("audio.m3u8"))) == pytest.approx(hertz, rel=0.02)


def test_surround_is_mixed_down(transcoded: Get) -> None:
    """Left and right hear their own front and back, and both hear the centre; no channel is lost."""
    both = samples(transcoded("surround").path("240p.mp4"), channels=2)[:48000]
    heard = {
        side: {name for name, hertz in SIX_PITCHES.items() if strength(both[first::2], hertz) > 0.01}
        for first, side in enumerate(("left", "right"))
    }
    assert heard == {"left": {"FL", "FC", "BL"}, "right": {"FR", "FC", "BR"}}


@pytest.mark.parametrize(("name", "length"), [("changing_layout", 1.92), ("changing_channels", 2.0)])
def test_sound_that_changes_its_channels_goes_on_in_its_place(transcoded: Get, name: str, length: float) -> None:
    done = transcoded(name)
    expected = [part * length + beep for part in (0, 1) for beep in (0.25, 0.75, 1.25, 1.75)]
    for file in ("240p.mp4", "audio.m3u8"):
        assert onsets(samples(done.path(file))) == pytest.approx(expected, abs=0.001)


def test_sound_keeps_its_place_beside_late_video(source: Callable[[str], Path], tmp_path: Path) -> None:
    """A beep at 1.767 s of a source whose picture begins at 0.767 s must sound at 1.0 s."""
    beep = "aevalsrc='if(gte(t,1.767),0.5*sin(2*PI*1000*t),0)':s=48000:d=2.7"
    silent, mixed = source("silent"), tmp_path / "beep.mkv"
    inputs = ("-f", "lavfi", "-i", beep, "-itsoffset", "0.767", "-i", silent)
    decode("-y", *inputs, "-map", "1:v", "-map", "0:a", "-c:v", "copy", "-c:a", "aac", mixed, "-f", "null")
    done = transcode(mixed, tmp_path / "out")
    for path in (done.path("240p.mp4"), done.path("audio.m3u8")):
        sound = samples(path)
        first = next(place for place, value in enumerate(sound) if abs(value) > 0.1)
        assert first / 48000 == pytest.approx(1.0, abs=0.02), path


def strength(sound: list[float], hertz: int) -> float:
    """How loud one pitch is in 48 kHz sound."""
    turn = 2j * math.pi * hertz / 48000
    return abs(sum(value * cmath.exp(turn * place) for place, value in enumerate(sound))) * 2 / len(sound)


@pytest.mark.parametrize("name", ["hdr10", "hlg"])
def test_hdr_is_found(transcoded: Get, name: str) -> None:
    assert transcoded(name).plan.facts.video.hdr == name


def test_interlaced_is_deinterlaced(transcoded: Get) -> None:
    done = transcoded("interlaced")
    assert done.plan.facts.video.interlaced
    assert combing(done.path("480p.mp4")) < combing(done.source) / 100


def combing(path: Path) -> float:
    """How much neighbouring lines of 480 differ, more than lines two apart."""
    width, height = 160, 480
    view = f"scale={width}:{height}:flags=neighbor,format=gray"
    raw = decode("-i", path, "-vf", view, "-frames:v", "10", "-f", "rawvideo")
    frame = raw[-width * height :]
    rows = [frame[at : at + width] for at in range(0, len(frame), width)]

    def difference(step: int) -> float:
        pairs = zip(rows, rows[step:], strict=False)
        return sum(abs(a - b) for upper, lower in pairs for a, b in zip(upper, lower, strict=True))

    return max(0.0, difference(1) - difference(2)) + 1


@pytest.mark.parametrize("name", ["late_start", "variable_rate", "edit_list", "default_audio"])
def test_runs_join_without_a_seam(source: Callable[[str], Path], tmp_path: Path, name: str) -> None:
    """Several runs give the same pictures as one."""
    longer = looped(source(name), tmp_path)
    plan = plan_of(longer, MANY)
    assert len(plan.runs) > 1
    several = transcode(longer, tmp_path / "several", MANY)
    single = transcode(longer, tmp_path / "single", 1)
    assert frame_times(several.path(f"{several.lowest}.mp4")) == list(range(several.manifest.frames))
    assert counters(several.path(f"{several.lowest}.m3u8")) == counters(single.path(f"{single.lowest}.m3u8"))


def test_progress_never_falls_and_ends_at_one(source: Callable[[str], Path], tmp_path: Path) -> None:
    told: list[float] = []
    transcode(source("fifty"), tmp_path, on_progress=told.append)
    assert told == sorted(told)
    assert told[-1] == 1.0
