"""POST /api/upload/video/{video_id}/complete: make one file of the parts."""

from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints

from shared.contract.declare import API_SECONDS, Compute, post
from shared.contract.needs import unseen
from shared.contract.permissions import user
from shared.contract.resources import MEDIA, VIDEOS
from shared.domains.videos.model import NamedPart
from shared.domains.videos.rules.status import processing_status
from shared.domains.videos.service.uploads import UploadService
from shared.http.caller import Caller
from shared.http.framework import BaseModel
from shared.http.serve import serve


class SentPart(BaseModel):
    """A part that was sent, with the ETag that S3 answered."""

    model_config = ConfigDict(extra="forbid")

    part_number: Annotated[int, Field(strict=True, ge=1, le=10000)]
    etag: Annotated[str, StringConstraints(min_length=1, max_length=200)]


class CompleteRequest(BaseModel):
    """All parts of the upload, in any order."""

    model_config = ConfigDict(extra="forbid")

    upload_id: Annotated[str, StringConstraints(min_length=1, max_length=1024)]
    parts: Annotated[list[SentPart], Field(min_length=1, max_length=10000)]


class CompletedUpload(BaseModel):
    """The video, and how far it is."""

    video_id: str
    processing_status: str


@post(
    "/api/upload/video/{video_id}/complete",
    caller=user("videos:write"),
    needs=(
        VIDEOS.get,
        MEDIA.list_parts("uploads/"),
        MEDIA.put("uploads/"),
        unseen(MEDIA.read("uploads/"), "only when S3 has completed, and its answer was lost"),
    ),
    compute=Compute(seconds=API_SECONDS),
    errors=((404, "NOT_FOUND"), (409, "CONFLICT")),
)
async def complete_video_upload(
    video_id: UUID, sent: CompleteRequest, caller: Caller, uploads: UploadService
) -> CompletedUpload:
    """Complete an upload in parts; processing starts by itself. A repeat answers the same."""
    parts = [NamedPart(part.part_number, part.etag) for part in sent.parts]
    video = uploads.complete(str(video_id), caller.require_user(), sent.upload_id, parts)
    return CompletedUpload(video_id=video.id, processing_status=processing_status(video.status))


handler = serve(complete_video_upload)
