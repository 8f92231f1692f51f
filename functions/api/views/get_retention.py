"""GET /api/videos/{video_id}/retention: which seconds of a video are watched."""

from uuid import UUID

from shared.contract.declare import get
from shared.contract.permissions import user
from shared.contract.resources import COUNTS, VIDEOS
from shared.domains.views.service.retention import RetentionService
from shared.http.caller import Caller
from shared.http.framework import BaseModel
from shared.http.serve import serve


class RetentionAnswer(BaseModel):
    """How many viewers have watched each step of a video, from the first on.

    `reports` is how many viewers' players told what was watched, once in half an hour each; `viewers` is empty until
    one has. A step is `step_seconds` long: one second, or more where a video is longer than 1000 of them.
    """

    video_id: str
    duration: float | None
    step_seconds: int
    reports: int
    viewers: list[int]


@get(
    "/api/videos/{video_id}/retention",
    caller=user("videos:read"),
    needs=(VIDEOS.batch_get, COUNTS.batch_get),
    errors=((404, "NOT_FOUND"),),
)
async def get_retention(video_id: UUID, caller: Caller, retention: RetentionService) -> RetentionAnswer:
    """Read which seconds of a video of the caller's are watched; of any, as an administrator who logged in.

    `POST /api/videos/{video_id}/view` tells them, in `watched`.
    """
    found = retention.of(str(video_id), caller.require_user(), sees_all=caller.administers)
    return RetentionAnswer(
        video_id=str(video_id),
        duration=found.duration,
        step_seconds=found.step,
        reports=found.reports,
        viewers=found.viewers,
    )


handler = serve(get_retention)
