"""transcode, whatever failed: say so on the video, in words."""

from typing import Any

from shared.base.running import serve
from shared.contract.declare import step
from shared.contract.resources import MEDIA, OPERATIONS, VIDEOS
from shared.domains.videos.service.transcoding import TranscodingService


@step(
    needs=(VIDEOS.get, VIDEOS.update, OPERATIONS.update, MEDIA.list_versions("early/"), MEDIA.delete_version("early/"))
)
def fail_video(told: dict[str, Any]) -> dict[str, Any]:
    """Set the video's error, once; a video that has ended is left alone."""
    TranscodingService.open(told).fail(told["error"])
    return {}


handler = serve(fail_video)
