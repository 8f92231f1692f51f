"""Somebody whose requests are counted, from the beginning of an hour on."""

import pytest

from tests.aws import Stage
from tests.clock import TurnedClock

START = 1_800_000_000.0  # a whole hour
USER, ADDRESS = "01900000-0000-7000-8000-000000000001", "203.0.113.7"


@pytest.fixture
def hour(turned_clock: TurnedClock) -> TurnedClock:
    """The clock at the beginning of an hour."""
    turned_clock.seconds = START
    return turned_clock


def writes(stage: Stage) -> int:
    """How often the table of limits was written."""
    return sum(call.operation == "UpdateItem" for call in stage.calls)
