"""GET /api/v1/videos/{video_id}/cost: what making a video has cost."""

from uuid import UUID

from shared.contract.declare import get
from shared.contract.permissions import user
from shared.contract.resources import JOBS, VIDEOS
from shared.domains.jobs.rules.studio import CostBreakdown, breakdown
from shared.domains.jobs.service.studio import StudioService
from shared.http.caller import Caller
from shared.http.serve import serve


@get(
    "/api/v1/videos/{video_id}/cost",
    caller=user("videos:read"),
    needs=(VIDEOS.get, JOBS.query),
    errors=((404, "NOT_FOUND"),),
)
async def get_studio_video_cost(video_id: UUID, caller: Caller, studio: StudioService) -> CostBreakdown:
    """Tell what the job of a video has cost so far; a video that was uploaded has none."""
    found = studio.get(str(video_id), caller.require_user())
    return breakdown(found.job, found.lines)


handler = serve(get_studio_video_cost)
