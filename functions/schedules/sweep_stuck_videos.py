"""Every five minutes: videos whose processing has been silent for too long."""

from typing import Any

from shared.base.running import serve
from shared.contract.declare import every
from shared.contract.resources import OPERATIONS, TRANSCODE, VIDEOS
from shared.domains.videos.service.intake import IntakeService


@every(
    5,
    needs=(
        VIDEOS.query_index("by_state"),
        VIDEOS.get,
        VIDEOS.update,
        OPERATIONS.update,
        TRANSCODE.describe,
        TRANSCODE.start,
    ),
)
def sweep_stuck_videos(event: dict[str, Any]) -> None:
    """The last net: start what was queued and never began, fail what nobody works on any more."""
    IntakeService.open().sweep()


handler = serve(sweep_stuck_videos)
