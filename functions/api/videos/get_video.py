"""GET /api/videos/{video_id}: one video."""

from uuid import UUID

from shared.contract.declare import get
from shared.contract.permissions import optional
from shared.contract.resources import COUNTS, MEDIA_KEY, VIDEOS
from shared.domains.videos.rules.answers import VideoAnswer
from shared.domains.videos.service.catalogue import CatalogueService
from shared.http.caller import Caller
from shared.http.serve import serve


@get(
    "/api/videos/{video_id}",
    caller=optional("videos:read"),
    needs=(VIDEOS.batch_get, COUNTS.batch_get, MEDIA_KEY.read),
    errors=((404, "NOT_FOUND"),),
    shared_age=60,
)
async def get_video(video_id: UUID, caller: Caller, catalogue: CatalogueService) -> VideoAnswer:
    """Read a video. One that is private, or not ready yet, exists for its author alone."""
    return catalogue.view(str(video_id), caller.user_id)


handler = serve(get_video)
