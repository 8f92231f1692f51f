"""GET /api/upload/video/{video_id}: how far an upload has come, and where to send the rest."""

from uuid import UUID

from shared.contract.declare import get
from shared.contract.permissions import user
from shared.contract.resources import MEDIA, VIDEOS
from shared.domains.videos.model import UploadedPart
from shared.domains.videos.rules.status import processing_status
from shared.domains.videos.service.uploads import PartAddress, UploadService
from shared.http.caller import Caller
from shared.http.framework import BaseModel
from shared.http.serve import serve


class VideoUploadState(BaseModel):
    """An upload to go on with. Once it is over there are no addresses, and `processing_status` says what came of it."""

    video_id: str
    processing_status: str
    upload_url: str | None
    method: str
    headers: dict[str, str]
    expires_at: str
    upload_id: str | None
    part_size: int | None
    uploaded_parts: list[UploadedPart]
    part_urls: list[PartAddress]


@get(
    "/api/upload/video/{video_id}",
    caller=user("videos:write"),
    needs=(VIDEOS.get, MEDIA.list_parts("uploads/"), MEDIA.put("uploads/")),
    errors=((404, "NOT_FOUND"),),
)
async def get_video_upload(video_id: UUID, caller: Caller, uploads: UploadService) -> VideoUploadState:
    """Resume an upload: the parts that have arrived, and fresh addresses for what has not."""
    opened = uploads.get(str(video_id), caller.require_user())
    return VideoUploadState(
        video_id=opened.video.id,
        processing_status=processing_status(opened.video.status),
        upload_url=opened.upload_url,
        method="PUT",
        headers=opened.headers,
        expires_at=opened.expires_at,
        upload_id=opened.video.upload_id or None,
        part_size=opened.part_size,
        uploaded_parts=opened.uploaded_parts,
        part_urls=opened.part_urls,
    )


handler = serve(get_video_upload)
