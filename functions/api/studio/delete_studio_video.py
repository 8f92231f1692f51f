"""DELETE /api/v1/videos/{video_id}: delete a video and all that belongs to it."""

from uuid import UUID

from shared.contract.declare import delete
from shared.contract.permissions import user
from shared.contract.resources import COUNTS, OPERATIONS, VIDEOS
from shared.domains.videos.service.catalogue import CatalogueService
from shared.http.caller import Caller
from shared.http.framework import BaseModel
from shared.http.serve import serve


class StudioVideoDeleted(BaseModel):
    """That it is done."""

    success: bool
    message: str


@delete(
    "/api/v1/videos/{video_id}",
    caller=user("videos:write", fresh=True, joined=True),
    needs=(VIDEOS.get, VIDEOS.update, OPERATIONS.update, COUNTS.update),
    errors=((404, "NOT_FOUND"),),
)
async def delete_studio_video(video_id: UUID, caller: Caller, catalogue: CatalogueService) -> StudioVideoDeleted:
    """Delete a video: it is gone at once, and a job that makes it ends. A repeat answers the same for a while."""
    catalogue.delete(str(video_id), caller.require_user())
    return StudioVideoDeleted(success=True, message="The video is deleted")


handler = serve(delete_studio_video)
