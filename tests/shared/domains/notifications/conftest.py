"""The stage, and people who may be told something."""

from collections.abc import Callable

import pytest

from tests.aws import Stage, stage
from tests.callers import account
from tests.clock import turned_clock

__all__ = ["somebody", "stage", "turned_clock"]


@pytest.fixture
def somebody(stage: Stage) -> Callable[[], str]:
    """Makes somebody; their id."""
    return lambda: account(stage).user_id
