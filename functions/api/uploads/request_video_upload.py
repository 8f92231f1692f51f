"""POST /api/upload/video/request: a new video, and where to send its file."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from shared.contract.declare import post
from shared.contract.limits import HOUR, per_user
from shared.contract.permissions import user
from shared.contract.resources import MEDIA, OPERATIONS, VIDEOS
from shared.domains.videos.model import Author, Visibility
from shared.domains.videos.rules.fields import Category, Description, FileName, Seconds, Tags, Title
from shared.domains.videos.rules.uploads import VIDEO_BYTES
from shared.domains.videos.service.uploads import PartAddress, UploadService, UploadWish
from shared.http.caller import Caller
from shared.http.framework import BaseModel
from shared.http.serve import serve


class VideoUploadRequest(BaseModel):
    """A file to be uploaded: `file_size` in bytes, `duration` in seconds. Without a title its name gives one."""

    model_config = ConfigDict(extra="forbid")

    filename: FileName
    file_size: Annotated[int, Field(strict=True, ge=1, le=VIDEO_BYTES)]
    content_type: Literal["video/mp4", "video/webm", "video/quicktime"]
    duration: Seconds | None = None
    title: Title | None = None
    description: Description = ""
    tags: Tags = Field(default_factory=list)
    category: Category = ""
    visibility: Visibility = Visibility.PUBLIC
    multipart: Annotated[bool, Field(strict=True)] = False


class VideoUpload(BaseModel):
    """How to upload: `method` to `upload_url` with `headers`; or, when that is null, to each address in `part_urls`."""

    video_id: str
    upload_url: str | None
    method: str
    headers: dict[str, str]
    expires_at: str
    upload_id: str | None
    part_size: int | None
    part_urls: list[PartAddress]


@post(
    "/api/upload/video/request",
    caller=user("videos:write"),
    limits=(per_user("upload", 5, HOUR),),
    needs=(VIDEOS.put, OPERATIONS.update, MEDIA.put("uploads/")),
    status=201,
    idempotent=True,
)
async def request_video_upload(wish: VideoUploadRequest, caller: Caller, uploads: UploadService) -> VideoUpload:
    """Announce a video's file, and learn where to send it. What is sent must be what was announced."""
    fields = wish.model_dump(exclude={"title", "tags"})
    owner = Author(caller.require_user(), caller.username, caller.display_name, caller.avatar_url)
    opened = uploads.request(owner, UploadWish(**fields, title=wish.title or "", tags=tuple(wish.tags)))
    return VideoUpload(
        video_id=opened.video.id,
        upload_url=opened.upload_url,
        method="PUT",
        headers=opened.headers,
        expires_at=opened.expires_at,
        upload_id=opened.video.upload_id or None,
        part_size=opened.part_size,
        part_urls=opened.part_urls,
    )


handler = serve(request_video_upload)
