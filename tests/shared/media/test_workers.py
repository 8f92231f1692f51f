"""Lanes, the number of workers, and what each of them encodes."""

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.media import timeline
from shared.media.facts import SourceFacts
from shared.media.workers import MOST_INVOCATIONS, MOST_JOBS, choose_lane, share_out, workers
from tests.shared.media.test_plan import facts, plan_for


@pytest.mark.parametrize(
    ("source", "lane", "runs"),
    [
        (facts(seconds=1), "lambda", 1),
        (facts(seconds=10), "lambda", 1),
        (facts(seconds=60), "lambda", 4),
        (facts(seconds=300), "lambda", 17),
        (facts(3840, 2160, Fraction(60), 30), "lambda", 5),
        (facts(640, 360, seconds=1800), "lambda", 100),
        (facts(640, 360, seconds=1830), "batch", 1),
        (facts(seconds=3600), "batch", 8),
        (facts(3840, 2160, Fraction(60), 300), "batch", 6),
        (facts(3840, 2160, Fraction(60), 12 * 3600), "batch", 256),
    ],
)
def test_lane_and_number_of_runs(source: SourceFacts, lane: str, runs: int) -> None:
    plan = plan_for(source)
    assert (plan.lane, len(plan.runs)) == (lane, runs)


@given(st.integers(1, 20_000), st.floats(0.1, 1e7))
def test_work_is_shared_within_bounds(segments: int, cpu_seconds: float) -> None:
    lane = choose_lane(segments, cpu_seconds)
    count = workers(lane, segments, cpu_seconds)
    assert 1 <= count <= segments
    if lane == "lambda":
        assert count <= MOST_INVOCATIONS
        assert segments <= 3 * count
        return
    assert count <= MOST_JOBS
    minutes = cpu_seconds / 4 / count / 60
    assert count == 1 or minutes >= 2, "workers with less to do than their machines take to start"
    assert count in (MOST_JOBS, segments) or minutes <= 4


@given(st.integers(1, 100_000), st.integers(1, 300))
def test_runs_are_contiguous_and_even(frames: int, count: int) -> None:
    segments = timeline.segments(frames, 48)
    runs = share_out(segments, count)
    assert len(runs) == min(count, len(segments))
    assert runs[0].span.start == 0
    assert runs[-1].span.end == frames
    assert [run.is_last for run in runs] == [False] * (len(runs) - 1) + [True]
    assert all(before.span.end == after.span.start for before, after in pairwise(runs))
    assert {run.span.start for run in runs} <= {segment.start for segment in segments}
    lengths = [run.span.frames for run in runs[:-1]]
    assert not lengths or max(lengths) - min(lengths) <= 3 * 48


def test_sound_has_a_worker_of_its_own() -> None:
    plan = plan_for(facts(seconds=60))
    assert plan.workers == 5
    assert [plan.run_of(worker) for worker in range(5)] == [None, *plan.runs]
    silent = plan_for(replace(facts(seconds=60), audio=None))
    assert silent.workers == 4
    assert [silent.run_of(worker) for worker in range(4)] == list(silent.runs)
