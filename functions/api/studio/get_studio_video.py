"""GET /api/v1/videos/{video_id}: a video, what its job has done, and what that cost."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from shared.contract.declare import get
from shared.contract.permissions import user
from shared.contract.resources import JOBS, MEDIA_KEY, VIDEOS
from shared.domains.jobs.rules.studio import MOST_LOGS, CostBreakdown, ProcessingLog, StudioVideo, breakdown, logs
from shared.domains.jobs.service.studio import StudioService
from shared.http.caller import Caller
from shared.http.framework import BaseModel
from shared.http.serve import serve


class StudioVideoDetails(BaseModel):
    """A video, the steps that have made it, and what they cost."""

    video: StudioVideo
    processing_logs: Annotated[list[ProcessingLog], Field(max_length=MOST_LOGS)]
    costs: CostBreakdown


@get(
    "/api/v1/videos/{video_id}",
    caller=user("videos:read"),
    needs=(VIDEOS.get, JOBS.query, MEDIA_KEY.read),
    errors=((404, "NOT_FOUND"),),
)
async def get_studio_video(video_id: UUID, caller: Caller, studio: StudioService) -> StudioVideoDetails:
    """Read a video of the caller's."""
    found = studio.get(str(video_id), caller.require_user())
    return StudioVideoDetails(
        video=found.shown, processing_logs=logs(found.lines), costs=breakdown(found.job, found.lines)
    )


handler = serve(get_studio_video)
