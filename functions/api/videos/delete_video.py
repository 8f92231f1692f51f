"""DELETE /api/videos/{video_id}: delete a video and all that belongs to it."""

from uuid import UUID

from shared.contract.declare import delete
from shared.contract.permissions import user
from shared.contract.resources import COUNTS, OPERATIONS, VIDEOS
from shared.domains.videos.service.catalogue import CatalogueService
from shared.http.caller import Caller
from shared.http.framework import BaseModel
from shared.http.serve import serve


class DeletedVideo(BaseModel):
    """That it is done."""

    success: bool
    message: str


@delete(
    "/api/videos/{video_id}",
    caller=user("videos:write", fresh=True, joined=True),
    needs=(VIDEOS.get, VIDEOS.update, OPERATIONS.update, COUNTS.update),
    errors=((404, "NOT_FOUND"),),
)
async def delete_video(video_id: UUID, caller: Caller, catalogue: CatalogueService) -> DeletedVideo:
    """Delete a video: it is gone for everybody at once, its files soon after. A repeat answers the same for a while."""
    catalogue.delete(str(video_id), caller.require_user())
    return DeletedVideo(success=True, message="The video is deleted")


handler = serve(delete_video)
