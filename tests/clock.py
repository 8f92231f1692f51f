"""A clock that tests turn."""

import pytest

from shared.base import clock


class TurnedClock:
    """Stands in for shared.base.clock.now: starts at the real time and moves by `advance` alone."""

    def __init__(self) -> None:
        self.seconds = clock.now()

    def __call__(self) -> float:
        return self.seconds

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.seconds += seconds


@pytest.fixture
def turned_clock(monkeypatch: pytest.MonkeyPatch) -> TurnedClock:
    """The product's clock, in the test's hands."""
    turned = TurnedClock()
    monkeypatch.setattr(clock, "now", turned)
    return turned
