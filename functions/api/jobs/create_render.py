"""POST /api/render: an edit of a clip, or a whole scene configuration, becomes a video."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import ConfigDict, Field

from shared.contract.declare import post
from shared.contract.limits import HOUR, per_user
from shared.contract.permissions import user
from shared.contract.resources import JOBS, OPERATIONS, VIDEOS
from shared.domains.jobs.model import Status
from shared.domains.jobs.service.generating import GenerationService
from shared.domains.videos.model import Author
from shared.http.caller import Caller
from shared.http.framework import BaseModel
from shared.http.serve import serve


class RenderRequest(BaseModel):
    """What is to be made: an edit of the clip or video that is named, or, when none is, a scene configuration.

    composition  of a clip: trim, aspect, layout, crop, facecam, split, speed, volume, captions, music, texts, watermark
    """

    model_config = ConfigDict(extra="forbid")

    clip_id: UUID | None = None
    video_id: UUID | None = None
    composition: Annotated[list[dict[str, Any]] | dict[str, Any], Field()]


class RenderStarted(BaseModel):
    """The job that renders, and the video that it makes."""

    job_id: str
    video_id: str
    status: Status


@post(
    "/api/render",
    caller=user("renders:write"),
    limits=(per_user("render", 10, HOUR),),
    needs=(JOBS.put, JOBS.update, VIDEOS.check, VIDEOS.batch_get, VIDEOS.put, OPERATIONS.update),
    status=202,
    idempotent=True,
    errors=((409, "CONFLICT"), (429, "QUOTA_EXCEEDED")),
)
async def create_render(wish: RenderRequest, caller: Caller, generation: GenerationService) -> RenderStarted:
    """Start a render. The video is private until it is edited; GET /api/render/{job_id} tells how far it is."""
    owner = Author(caller.require_user(), caller.username, caller.display_name, caller.avatar_url)
    named = {"clip_id": wish.clip_id, "video_id": wish.video_id}
    sources = {field: str(source) for field, source in named.items() if source}
    job = generation.render(owner, sources, wish.composition, caller.tier)
    return RenderStarted(job_id=job.id, video_id=job.video_id, status=job.status)


handler = serve(create_render)
