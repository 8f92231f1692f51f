"""The stage, and videos to like."""

from tests.aws import stage
from tests.shared.domains.videos.conftest import awaiting, processing, queued, ready, running, uploads

__all__ = ["awaiting", "processing", "queued", "ready", "running", "stage", "uploads"]
