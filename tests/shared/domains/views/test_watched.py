"""What was watched, second by second, is the sum of what players told."""

import itertools
import math

import pytest
from hypothesis import given
from hypothesis.strategies import floats, integers, lists, tuples

from shared.domains.views.model import MOST_STEPS
from shared.domains.views.rules.watched import REPORTS, ends_of, step_seconds, steps_of, watched

MOMENT = floats(0, 90_000, allow_nan=False)


@pytest.mark.parametrize(
    ("ranges", "duration", "steps"),
    [
        ([(0, 10)], 10, ((0, 10),)),
        ([(2.5, 4.1)], 10, ((2, 5),)),
        ([(5, 8), (0, 2)], 10, ((0, 2), (5, 8))),
        ([(0, 5), (3, 8), (8, 9)], 10, ((0, 9),)),
        ([(0, 9), (3, 5)], 10, ((0, 9),)),
        ([(4, 99)], 10.5, ((4, 11),)),
        ([(10.5, 20), (12, 13)], 10.5, ()),
        ([(0, 3600)], 3600, ((0, 900),)),
        ([(6, 9)], 3600, ((1, 3),)),
        ([], 10, ()),
    ],
    ids=str,
)
def test_ranges_in_steps(
    ranges: list[tuple[float, float]], duration: float, steps: tuple[tuple[int, int], ...]
) -> None:
    assert steps_of(ranges, duration) == steps


@pytest.mark.parametrize(("duration", "step"), [(0, 1), (0.5, 1), (1000, 1), (1000.1, 2), (3600, 4), (86_400, 87)])
def test_there_are_at_most_a_thousand_steps(duration: float, step: int) -> None:
    assert step_seconds(duration) == step
    assert math.ceil(duration / step) <= MOST_STEPS


@given(lists(lists(tuples(MOMENT, MOMENT), max_size=10), max_size=8), integers(1, 5000))
def test_curve_is_what_each_viewer_saw(reports: list[list[tuple[float, float]]], duration: int) -> None:
    numbers: dict[str, int] = {}
    step = step_seconds(duration)
    expected = [0] * math.ceil(duration / step)
    for ranges in reports:
        steps = steps_of(ranges, duration)
        assert all(first < last for first, last in steps)
        assert all(one[1] < other[0] for one, other in itertools.pairwise(steps))
        for name, change in ends_of(steps).items():
            numbers[name] = numbers.get(name, 0) + change
        seen = {
            number
            for begins, ends in ranges
            if begins < min(ends, duration)
            for number in range(int(begins // step), math.ceil(min(ends, duration) / step))
        }
        for number in seen:
            expected[number] += 1
    assert numbers.get(REPORTS, 0) == len(reports)
    assert watched(numbers, duration) == (expected if reports else [])
