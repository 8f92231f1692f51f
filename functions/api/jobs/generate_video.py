"""POST /api/v1/videos: a video from a scene configuration."""

from typing import Annotated, Any

from shared.contract.declare import Compute, Layer, post
from shared.contract.limits import HOUR, per_user
from shared.contract.permissions import user
from shared.contract.resources import JOBS, OPERATIONS, VIDEOS
from shared.domains.jobs.model import Status
from shared.domains.jobs.rules.dry_run import DryRunAnswer
from shared.domains.jobs.service.generating import GenerationService
from shared.domains.videos.model import Author
from shared.http.caller import Caller
from shared.http.framework import BaseModel, Body, Response, json_response
from shared.http.serve import serve


class GenerationStarted(BaseModel):
    """The job that makes the video, and where to ask how far it is."""

    success: bool
    job_id: str
    video_id: str
    status: Status
    message: str
    status_url: str


@post(
    "/api/v1/videos",
    aliases=("/api/v1/generate-video",),
    caller=user("renders:write"),
    limits=(per_user("generate", 10, HOUR),),
    needs=(JOBS.put, JOBS.update, VIDEOS.check, VIDEOS.batch_get, VIDEOS.put, OPERATIONS.update),
    status=202,
    answers=((200, DryRunAnswer), (202, GenerationStarted)),
    idempotent=True,
    errors=((409, "CONFLICT"), (429, "QUOTA_EXCEEDED")),
    compute=Compute(layers=(Layer.FONTS,)),
)
async def generate_video(
    configuration: Annotated[list[dict[str, Any]] | dict[str, Any], Body()],
    caller: Caller,
    generation: GenerationService,
    *,
    dry_run: bool = False,
) -> Response:
    """Make a video from a scene configuration: an array of one project, with scenes and their elements.

    A source is an https address, or upload://{video_id} of a video of the caller's. The video is private until it is
    edited. With `dry_run=true` nothing is made: the answer is 200 and tells what it would be like.
    """
    user_id = caller.require_user()
    if dry_run:
        return json_response(generation.dry_run(user_id, configuration), 200)
    owner = Author(user_id, caller.username, caller.display_name, caller.avatar_url)
    job = generation.generate(owner, configuration, caller.tier)
    started = GenerationStarted(
        success=True,
        job_id=job.id,
        video_id=job.video_id,
        status=job.status,
        message="Video generation started",
        status_url=f"/api/v1/jobs/{job.id}/status",
    )
    return json_response(started, 202)


handler = serve(generate_video)
