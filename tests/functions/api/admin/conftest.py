"""The stage for these tests."""

from tests.aws import bare_stage, lasting_stage, stage
from tests.clock import turned_clock
from tests.functions.api.accounts.conftest import quick_hashes

__all__ = ["bare_stage", "lasting_stage", "quick_hashes", "stage", "turned_clock"]
