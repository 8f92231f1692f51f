"""transcode, step 5: the video is ready."""

from typing import Any

from shared.base.running import serve
from shared.contract.declare import step
from shared.contract.resources import COUNTS, OPERATIONS, VIDEOS
from shared.domains.videos.service.transcoding import TranscodingService


@step(needs=(VIDEOS.get, VIDEOS.update, OPERATIONS.update, COUNTS.update))
def finish_video(told: dict[str, Any]) -> dict[str, Any]:
    """Set the video ready, once."""
    TranscodingService.open(told).finish(told["published"])
    return {}


handler = serve(finish_video)
