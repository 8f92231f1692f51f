"""GET /api/v1/videos/{video_id}/status: how far a video is."""

from uuid import UUID

from shared.contract.declare import get
from shared.contract.permissions import user
from shared.contract.resources import JOBS, VIDEOS
from shared.domains.jobs.rules.studio import StudioStatus, studio_status
from shared.domains.jobs.service.studio import StudioService
from shared.http.caller import Caller
from shared.http.serve import serve


@get(
    "/api/v1/videos/{video_id}/status",
    caller=user("videos:read"),
    needs=(VIDEOS.get, JOBS.get),
    errors=((404, "NOT_FOUND"),),
)
async def get_studio_video_status(video_id: UUID, caller: Caller, studio: StudioService) -> StudioStatus:
    """Tell how far a video of the caller's is, and what went wrong with it."""
    return studio_status(*studio.progress(str(video_id), caller.require_user()))


handler = serve(get_studio_video_status)
