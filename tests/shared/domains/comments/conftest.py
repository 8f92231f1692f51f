"""The stage, and videos that can be talked about."""

from tests.aws import lasting_stage, stage
from tests.clock import turned_clock
from tests.shared.domains.videos.conftest import awaiting, processing, queued, ready, running, uploads

__all__ = ["awaiting", "lasting_stage", "processing", "queued", "ready", "running", "stage", "turned_clock", "uploads"]
