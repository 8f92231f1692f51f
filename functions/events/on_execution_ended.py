"""Step Functions: an execution ended in a way that no state of it could catch."""

import json
from typing import Any

from shared.base.running import serve
from shared.contract.declare import on_event
from shared.contract.resources import JOBS, MEDIA, OPERATIONS, RENDER, TRANSCODE, VIDEOS
from shared.domains.jobs.service.failing import fail_job
from shared.domains.videos.service.transcoding import TranscodingService


@on_event(
    "aws.states",
    "Step Functions Execution Status Change",
    detail={"stateMachineArn": [TRANSCODE, RENDER], "status": ["FAILED", "TIMED_OUT", "ABORTED"]},
    needs=(
        *(VIDEOS.get, VIDEOS.update, OPERATIONS.update, JOBS.get, JOBS.query, JOBS.update),
        *(MEDIA.list_versions("early/"), MEDIA.delete_version("early/")),
    ),
)
def on_execution_ended(event: dict[str, Any]) -> None:
    """Set the error of the video or the job as the step that catches would; after that step it changes nothing."""
    detail = event["detail"]
    told = json.loads(detail["input"])
    error = {"Error": f"Execution.{detail['status']}", "Cause": detail.get("cause") or ""}
    # a worker of a map is told as steps are, the execution itself of the job or the video alone
    if "job_id" in told or "job" in told:
        fail_job(told.get("job", told), error, is_over="job" not in told)
        return
    if "video" not in told:
        told = {"video": told, "execution": detail["executionArn"]}
    TranscodingService.open(told).fail(error)


handler = serve(on_execution_ended)
