"""Rates, ladders, segments, runs, hashes and lanes."""

import json
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.media import timeline
from shared.media.facts import AudioFacts, SourceFacts, VideoFacts
from shared.media.frame_rates import output_rate
from shared.media.ladder import rungs
from shared.media.plan import Plan, make_plan

NTSC = Fraction(1000, 1001)


def facts(width: int = 1920, height: int = 1080, rate: Fraction = Fraction(30), seconds: float = 60) -> SourceFacts:
    """An ordinary film."""
    video = VideoFacts(
        index=0, codec="h264", width=width, height=height, display_width=width, display_height=height,
        sample_aspect=Fraction(1), rotation=0, has_matrix=False, pixel_format="yuv420p", bit_depth=8, frame_rate=rate,
        average_rate=float(rate), base_rate=float(rate), is_variable=False, start_pts=0, time_base=Fraction(1, 90000),
        duration=Fraction(seconds).limit_denominator(90000), frames=None, interlaced=False, hdr="none",
        colour_transfer=1, colour_primaries=1, colour_matrix=1, key_frame_distance=2.0,
    )  # fmt: skip
    return SourceFacts(10_000, "mov", Fraction(0), video, AudioFacts(1, "aac", 2, 48000))


def plan_for(source: SourceFacts, runs: int | None = None) -> Plan:
    return make_plan(source, source_id="video/1", encoder_build="ffmpeg x", runs=runs)


@pytest.mark.parametrize(
    ("average", "base", "expected"),
    [
        (Fraction(30), Fraction(30), Fraction(30)),
        (30 * NTSC, 30 * NTSC, 30 * NTSC),
        (Fraction("29.97"), Fraction(1000), 30 * NTSC),
        (Fraction("23.976"), Fraction(24), 24 * NTSC),
        (Fraction("39.56"), Fraction(60), Fraction(60)),
        (Fraction("39.56"), Fraction(90000), Fraction("39.5")),
        (Fraction(50), Fraction(50), Fraction(50)),
        (60 * NTSC, 60 * NTSC, 60 * NTSC),
        (Fraction(120), Fraction(120), Fraction(60)),
        (120 * NTSC, 120 * NTSC, 60 * NTSC),
        (Fraction("119.2"), Fraction(120), Fraction(60)),
        (Fraction(240), Fraction(240), Fraction(60)),
        (Fraction(100), Fraction(100), Fraction(50)),
        (Fraction(5), Fraction(5), Fraction(10)),
        (Fraction(1), Fraction(1), Fraction(10)),
        (Fraction(1, 60), Fraction(1000), Fraction(10)),
        (Fraction(1000), Fraction(1000), Fraction(30)),
        (Fraction("10.9"), Fraction(30), Fraction(30)),
        (Fraction("3.2"), 60 * NTSC, 60 * NTSC),
        (Fraction(70), Fraction(120), Fraction(60)),
        (None, None, Fraction(30)),
        (None, Fraction(25), Fraction(25)),
    ],
)
def test_output_rate(average: Fraction | None, base: Fraction | None, expected: Fraction) -> None:
    assert output_rate(average, base) == expected


def test_a_length_that_is_slightly_off_changes_no_exact_rate() -> None:
    fine = Fraction(1, 15360)
    assert output_rate(Fraction(30060, 1003), Fraction(30), fine) == 30
    assert output_rate(Fraction("59.94"), Fraction(60), fine) == 60
    assert output_rate(30 * NTSC, 30 * NTSC, fine) == 30 * NTSC
    assert output_rate(Fraction(24), Fraction(120), fine) == 24


@given(st.fractions(min_value=0, max_value=100_000), st.fractions(min_value=0, max_value=100_000))
def test_any_rate_has_a_clock(average: Fraction, base: Fraction) -> None:
    rate = output_rate(average, base)
    timescale, duration = timeline.clock(rate)
    assert 10 <= rate <= 60
    assert Fraction(timescale, duration) == rate
    assert 10_000 <= timescale < 150_000
    assert 12 * 3600 * timescale < 2**33


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((3840, 2160), ["3840x2160", "2560x1440", "1920x1080", "1280x720", "854x480"]),
        ((8192, 4320), ["4096x2160", "2730x1440", "2048x1080", "1366x720", "910x480"]),
        ((1920, 1080), ["1920x1080", "1280x720", "854x480"]),
        ((1080, 1920), ["1080x1920", "720x1280", "480x854"]),
        ((1079, 1919), ["720x1280", "480x854"]),
        ((1066, 600), ["852x480"]),
        ((640, 480), ["640x480"]),
        ((640, 360), ["640x360"]),
        ((321, 241), ["320x240"]),
        ((2, 2), ["2x2"]),
        ((1, 1), ["2x2"]),
        ((4000, 16), ["4000x16"]),
    ],
)
def test_ladder(size: tuple[int, int], expected: list[str]) -> None:
    ladder = rungs(*size, Fraction(30))
    assert [f"{rung.width}x{rung.height}" for rung in ladder] == expected
    assert len({rung.name for rung in ladder}) == len(ladder)
    assert all(rung.buffer_kbits > rung.peak_kbits > 0 for rung in ladder)


def test_a_small_source_names_its_own_rung() -> None:
    assert [rung.name for rung in rungs(640, 360, Fraction(30))] == ["360p"]


def test_fast_motion_gets_more_bits() -> None:
    slow, fast = (rungs(1920, 1080, rate)[0] for rate in (Fraction(30), Fraction(60)))
    assert fast.peak_kbits == slow.peak_kbits * 3 // 2


@given(st.integers(1, 100_000), st.integers(1, 120))
def test_segments_cover_all_frames(frames: int, gop: int) -> None:
    spans = timeline.segments(frames, gop)
    assert spans[0].start == 0
    assert spans[-1].end == frames
    assert all(before.end == after.start for before, after in pairwise(spans))
    assert all(span.frames == 3 * gop for span in spans[:-1])
    assert len(spans) == 1 or gop <= spans[-1].frames < 4 * gop


def test_plan_survives_json() -> None:
    plan = plan_for(facts(rate=60 * NTSC), 3)
    assert Plan.from_json(json.loads(json.dumps(plan.to_json()))) == plan
    silent = replace(facts(), audio=None)
    assert SourceFacts.from_json(json.loads(json.dumps(silent.to_json()))) == silent


def test_hash_follows_what_changes_the_output_and_nothing_else() -> None:
    plan = plan_for(facts())
    assert plan.hash == plan_for(facts()).hash
    others = [
        make_plan(facts(), source_id="video/2", encoder_build="ffmpeg x"),
        make_plan(facts(), source_id="video/1", encoder_build="ffmpeg y"),
        plan_for(facts(rate=Fraction(25))),
        plan_for(facts(seconds=61)),
        plan_for(facts(), 2),
    ]
    assert len({plan.hash, *(other.hash for other in others)}) == 6
    assert len(plan.hash) == 32


def test_a_rung_that_is_not_there() -> None:
    with pytest.raises(KeyError):
        plan_for(facts()).rung("4320p")
