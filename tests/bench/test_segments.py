"""The simulation of many workers, on work whose division is known."""

import pytest

from bench.segments import ready_over_ideal


@pytest.mark.parametrize("workers", [2, 3, 10, 256])
def test_equal_segments_that_divide_evenly_are_ideal(workers: int) -> None:
    assert ready_over_ideal([7.0], workers, film_seconds=6 * workers * 4) == pytest.approx(1)


def test_a_worker_with_more_segments_is_waited_for() -> None:
    assert ready_over_ideal([1.0], 4, film_seconds=6 * 5) == pytest.approx(2 / (5 / 4))


def test_a_hard_place_is_waited_for() -> None:
    assert ready_over_ideal([1.0, 3.0], 2, film_seconds=6 * 2) == pytest.approx(3 / 2)
