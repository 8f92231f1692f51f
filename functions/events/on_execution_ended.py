"""Step Functions: an execution ended in a way that no state of it could catch."""

import json
from typing import Any

from shared.base.running import serve
from shared.contract.declare import on_event
from shared.contract.resources import OPERATIONS, TRANSCODE, VIDEOS
from shared.domains.videos.service.transcoding import TranscodingService


@on_event(
    "aws.states",
    "Step Functions Execution Status Change",
    detail={"stateMachineArn": [TRANSCODE], "status": ["FAILED", "TIMED_OUT", "ABORTED"]},
    needs=(VIDEOS.update, OPERATIONS.update),
)
def on_execution_ended(event: dict[str, Any]) -> None:
    """Set the video's error as the step fail_video would; after that step it changes nothing."""
    detail = event["detail"]
    told = json.loads(detail["input"])
    if "video" not in told:  # a worker of the map is told as steps are, the execution itself of the video alone
        told = {"video": told, "execution": detail["executionArn"]}
    TranscodingService.open(told).fail({"Error": f"Execution.{detail['status']}", "Cause": detail.get("cause") or ""})


handler = serve(on_execution_ended)
