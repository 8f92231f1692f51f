"""GET /api/download/{job_id}: the video that a job has made, as a file."""

from shared.contract.declare import get
from shared.contract.permissions import user
from shared.contract.resources import JOBS, MEDIA, VIDEOS
from shared.domains.jobs.service.desk import JobService
from shared.http.caller import Caller
from shared.http.downloads import DownloadAddress, download_answer
from shared.http.framework import Response
from shared.http.serve import serve


@get(
    "/api/download/{job_id}",
    caller=user("renders:read"),
    needs=(JOBS.get, VIDEOS.get, MEDIA.read("v/")),
    status=302,
    answers=((200, DownloadAddress),),
    errors=((400, "BAD_REQUEST"), (404, "NOT_FOUND"), (409, "CONFLICT")),
)
async def download_render(job_id: str, caller: Caller, jobs: JobService, *, redirect: bool = True) -> Response:
    """Redirect to the job's video, which a browser saves under its title.

    The address lives 15 minutes. With `redirect=false` the answer is 200 and tells it.
    """
    found = jobs.download(job_id, caller.require_user())
    return download_answer(found.url, found.expires_at, redirect=redirect)


handler = serve(download_render)
