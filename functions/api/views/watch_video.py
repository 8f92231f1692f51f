"""POST /api/videos/{video_id}/view: somebody watches a video."""

from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints

from shared.contract.declare import post
from shared.contract.permissions import optional
from shared.contract.resources import COUNTS, CURSOR_KEY, VIDEOS, WATCHED
from shared.domains.views.rules.watched import MOST_RANGES
from shared.domains.views.service.watching import Report, Viewer, WatchingService
from shared.http.caller import Caller
from shared.http.framework import BaseModel
from shared.http.request import ApiRequest
from shared.http.serve import serve

DAY = 86_400
LONGEST_QUALITY = 20


Moment = Annotated[float, Field(ge=0, le=DAY, allow_inf_nan=False)]


def _in_order(watched: tuple[float, float]) -> tuple[float, float]:
    if watched[0] >= watched[1]:
        raise ValueError("a range ends after it begins")
    return watched


Range = Annotated[tuple[Moment, Moment], AfterValidator(_in_order)]
"""Seconds of the video: from when, and until when."""


class ViewReport(BaseModel):
    """How somebody watches: for how long so far, in seconds, and in which of the video's qualities, such as "720p".

    `watched` are the ranges of the video that they have seen, at most 10: what an HTML video element has in `played`.
    Without `watch_time_seconds` their length is how long it was watched.
    """

    model_config = ConfigDict(extra="forbid")

    watch_time_seconds: Moment | None = None
    watched: Annotated[list[Range], Field(max_length=MOST_RANGES)] | None = None
    quality: Annotated[str, StringConstraints(max_length=LONGEST_QUALITY)] | None = None


class ViewAnswer(BaseModel):
    """How often the video was watched, this time included."""

    success: bool
    new_view_count: int


@post(
    "/api/videos/{video_id}/view",
    caller=optional("videos:read"),
    needs=(VIDEOS.batch_get, COUNTS.batch_get, CURSOR_KEY.read, WATCHED.send),
    errors=((404, "NOT_FOUND"),),
)
async def watch_video(
    video_id: UUID, report: ViewReport, request: ApiRequest, caller: Caller, watching: WatchingService
) -> ViewAnswer:
    """Report that a video is watched. The same viewer counts once in half an hour.

    A player may report when it begins, and once more how long it was watched: that counts once too.
    """
    viewer = Viewer(caller.user_id, caller.address, request.headers.get("user-agent", ""))
    seconds = None if report.watch_time_seconds is None else int(report.watch_time_seconds)
    views = watching.watch(str(video_id), viewer, Report(seconds, report.quality or "", tuple(report.watched or ())))
    return ViewAnswer(success=True, new_view_count=views)


handler = serve(watch_video)
