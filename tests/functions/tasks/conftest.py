"""The stage for these tests."""

from tests.aws import bare_stage, lasting_stage, stage
from tests.clock import turned_clock
from tests.functions.tasks.cloudformation import cloudformation

__all__ = ["bare_stage", "cloudformation", "lasting_stage", "stage", "turned_clock"]
