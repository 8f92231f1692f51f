"""transcode, instead of encoding where the stage leaves that to an outside encoder: hand the video out and wait."""

from typing import Any

from shared.base.running import StepError, serve
from shared.contract.declare import step
from shared.contract.resources import VIDEOS
from shared.domains.videos.service.outside import OutsideService


@step(needs=(VIDEOS.update,))
def hand_out_encode(told: dict[str, Any]) -> dict[str, Any]:
    """Keep the task's token with the video: the encoder's report at the webhook ends the wait."""
    video = told["video"]
    if not OutsideService.open().hand_out(video["video_id"], video["upload_version"], told["token"]):
        raise StepError("CANCELLED", "The video was cancelled or deleted.")
    return {}


handler = serve(hand_out_encode)
