"""DELETE /api/upload/video/{video_id}: give an upload up."""

from uuid import UUID

from shared.contract.declare import delete
from shared.contract.permissions import user
from shared.contract.resources import OPERATIONS, VIDEOS
from shared.domains.videos.rules.status import processing_status
from shared.domains.videos.service.uploads import UploadService
from shared.http.caller import Caller
from shared.http.framework import BaseModel
from shared.http.serve import serve


class AbortedUpload(BaseModel):
    """The video, which will never be one: its status is "error"."""

    video_id: str
    processing_status: str


@delete(
    "/api/upload/video/{video_id}",
    caller=user("videos:write"),
    needs=(VIDEOS.get, VIDEOS.update, OPERATIONS.update),
    errors=((404, "NOT_FOUND"), (409, "CONFLICT")),
)
async def abort_video_upload(video_id: UUID, caller: Caller, uploads: UploadService) -> AbortedUpload:
    """Abort an upload that has not arrived yet; what was sent of it is dropped. A repeat answers the same."""
    video = uploads.abort(str(video_id), caller.require_user())
    return AbortedUpload(video_id=video.id, processing_status=processing_status(video.status))


handler = serve(abort_video_upload)
