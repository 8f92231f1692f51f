"""Who renders what: all that is missing, once, in runs that cost about the same."""

from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from shared.media.facts import AudioFacts
from shared.media.scene.config import parse
from shared.media.scene.planning import RenderPlan, plan_render
from shared.media.scene.sharing import TOGETHER, Share, even_runs, missing_cpu_seconds, share_out, together
from shared.media.scene.sources import Probed
from shared.media.scene_facts import SoundFacts
from shared.media.workers import INVOCATION_CPU_SECONDS, MOST_INVOCATIONS, MOST_JOBS

SRC = "https://example.com/a.wav"
GIGABYTE = 10**9


def plan_of(scenes: int, seconds: float, *, height: int = 1080, is_heard: bool = True) -> RenderPlan:
    """A film of so many scenes, a transition before each but the first."""
    sound: list[dict[str, Any]] = [{"type": "audio", "src": SRC}] if is_heard else []
    text = {"type": "text", "text": "Hi"}
    made = [
        {
            "id": f"scene-{number}",
            "duration": seconds,
            "elements": [text, *sound],
            **({"transition": {"type": "fade", "duration": 0.5}} if number else {}),
        }
        for number in range(scenes)
    ]
    parsed = parse([{"comment": "Film", "width": height * 16 // 9, "height": height, "fps": 30, "scenes": made}])
    audio = AudioFacts(0, "pcm_s16le", 2, 48000)
    facts = SoundFacts(10_000_000, "wav", audio, Fraction(0), Fraction(0), Fraction(10_000))
    return plan_render(parsed.projects[0], {SRC: Probed(facts.to_json(), "id")}, encoder_build="test")


@given(some.lists(some.floats(0.01, 100), min_size=1, max_size=60), some.integers(1, 20))
def test_runs_are_whole_and_about_even(costs: list[float], count: int) -> None:
    runs = even_runs(costs, count)
    assert [place for run in runs for place in run] == list(range(len(costs)))
    assert len(runs) <= count
    assert all(runs)
    dearest = max(sum(costs[place] for place in run) for run in runs)
    assert dearest <= sum(costs) / count + max(costs) * 1.001


@pytest.mark.parametrize(("scenes", "seconds"), [(1, 2), (2, 9), (20, 5), (200, 1), (60, 60)])
@pytest.mark.parametrize("lane", ["lambda", "batch"])
def test_each_piece_has_one_worker(scenes: int, seconds: float, lane: Any) -> None:
    plan = plan_of(scenes, seconds)
    numbers = list(range(len(plan.units)))
    shares = share_out(plan, numbers, has_sound=True, lane=lane)
    assert [number for share in shares for number in share.units] == numbers
    assert [share.has_sound for share in shares] == [False] * (len(shares) - 1) + [True], "the last one, by itself"
    assert sum(share.cpu_seconds for share in shares) == pytest.approx(plan.cpu_seconds, abs=0.1)
    assert sum(share.cpu_seconds for share in shares) == pytest.approx(
        missing_cpu_seconds(plan, numbers, has_sound=True)
    )
    assert len(shares) <= 1 + (MOST_INVOCATIONS if lane == "lambda" else MOST_JOBS)
    assert [Share.from_json(share.to_json()).units for share in shares] == [share.units for share in shares]
    if lane == "lambda" and len(shares) <= MOST_INVOCATIONS:
        most = 2 * INVOCATION_CPU_SECONDS
        assert all(share.cpu_seconds <= most or len(share.units) == 1 for share in shares[:-1])
    if lane == "batch" and plan.cpu_seconds < 960:
        assert len(shares) == 1, "an array has two at least"


def test_what_is_there_has_no_worker() -> None:
    plan = plan_of(20, 5)
    changed = [13, 14, 15]
    (share,) = share_out(plan, changed, has_sound=False, lane="lambda")
    assert (share.units, share.has_sound) == ((13, 14, 15), False)
    assert share_out(plan, [], has_sound=True, lane="lambda")[0].units == ()
    assert share_out(plan, [], has_sound=False, lane="lambda") == [Share((), False, 0.0)], "somebody says it is done"


def test_workers_share_a_long_film_on_batch() -> None:
    plan = plan_of(100, 60)
    shares = share_out(plan, range(len(plan.units)), has_sound=True, lane="batch", job_cpu_seconds=240)
    costs = [share.cpu_seconds for share in shares[:-1]]
    assert len(costs) > 4
    assert max(costs) < 1.2 * min(costs)
    assert all(before.units[-1] + 1 == after.units[0] for before, after in pairwise(shares[:-1]))


def test_units_at_the_same_time_fit_into_memory_and_processors() -> None:
    small, large = plan_of(4, 5, height=360), plan_of(4, 5, height=2160)
    assert together(small, range(7), 8, 8 * GIGABYTE) == TOGETHER
    assert together(small, range(7), 2, 8 * GIGABYTE) == 2
    assert together(small, [1], 8, 8 * GIGABYTE) == 1
    assert together(large, range(7), 8, 3 * GIGABYTE) == 2
    assert together(large, range(7), 8, GIGABYTE // 10) == 1, "one is always rendered"
