"""POST /api/upload/thumbnail/request: where to send a picture for a video, or for oneself."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from shared.contract.declare import post
from shared.contract.limits import HOUR, per_user
from shared.contract.permissions import user
from shared.contract.resources import MEDIA, VIDEOS
from shared.domains.videos.rules.fields import FileName
from shared.domains.videos.rules.uploads import THUMBNAIL_BYTES
from shared.domains.videos.service.uploads import UploadService
from shared.http.caller import Caller
from shared.http.framework import BaseModel
from shared.http.serve import serve


class ThumbnailUploadRequest(BaseModel):
    """A picture to be uploaded: `file_size` in bytes. With `video_id` it is that video's, without it the avatar."""

    model_config = ConfigDict(extra="forbid")

    filename: FileName
    file_size: Annotated[int, Field(strict=True, ge=1, le=THUMBNAIL_BYTES)]
    content_type: Literal["image/jpeg", "image/png", "image/webp"]
    video_id: UUID | None = None


class ThumbnailUpload(BaseModel):
    """How to upload: `method` to `upload_url` with `headers`."""

    upload_url: str
    method: str
    headers: dict[str, str]
    thumbnail_id: str
    expires_at: str


@post(
    "/api/upload/thumbnail/request",
    caller=user("videos:write"),
    limits=(per_user("thumbnail", 20, HOUR),),
    needs=(VIDEOS.get, MEDIA.put("uploads/thumbnails/")),
    status=201,
    errors=((404, "NOT_FOUND"),),
    idempotent=True,
)
async def request_thumbnail_upload(
    wish: ThumbnailUploadRequest, caller: Caller, uploads: UploadService
) -> ThumbnailUpload:
    """Announce a picture, and learn where to send it. It is put in place once it has arrived and could be decoded."""
    video_id = str(wish.video_id) if wish.video_id else ""
    opened = uploads.request_thumbnail(caller.require_user(), video_id, wish.file_size, wish.content_type)
    return ThumbnailUpload(**vars(opened), method="PUT")


handler = serve(request_thumbnail_upload)
