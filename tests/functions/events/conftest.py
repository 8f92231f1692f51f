"""The stage for these tests."""

from tests.aws import stage
from tests.clock import turned_clock

__all__ = ["stage", "turned_clock"]
