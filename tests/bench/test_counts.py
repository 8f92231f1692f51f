"""That a miscount would show."""

import pytest

from bench import counts
from bench.world import World, world
from shared.base import counts as numbers


def _values(here: World, toggles: int) -> list[float]:
    return [figure.value for figure in counts.figures(here, toggles)]


def test_exact_numbers_are_none_off_and_cost_what_they_should() -> None:
    with world() as here:
        off, calls, units = _values(here, 30)
    assert (off, units) == (0, 4)
    assert 1 <= calls <= 2


def test_numbers_that_forget_are_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    original = numbers.adding

    def adding(subject: str, who: str, changes: dict[str, int]) -> dict[str, object]:
        return original(subject, who, {name: max(change, 0) for name, change in changes.items()} | {"other": 1})

    monkeypatch.setattr(numbers, "adding", adding)
    with world() as here:
        assert _values(here, 60)[0] > 0
