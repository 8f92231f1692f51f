"""The stage for these tests."""

from tests.aws import lasting_stage, stage
from tests.clock import turned_clock

__all__ = ["lasting_stage", "stage", "turned_clock"]
