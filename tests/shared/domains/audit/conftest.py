"""The stage for these tests."""

from tests.aws import bare_stage, stage
from tests.clock import turned_clock

__all__ = ["bare_stage", "stage", "turned_clock"]
