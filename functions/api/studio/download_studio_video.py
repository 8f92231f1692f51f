"""GET /api/v1/videos/{video_id}/download: a video as a file."""

from uuid import UUID

from shared.contract.declare import get
from shared.contract.permissions import user
from shared.contract.resources import MEDIA, VIDEOS
from shared.domains.jobs.service.studio import StudioService
from shared.http.caller import Caller
from shared.http.downloads import DownloadAddress, download_answer
from shared.http.framework import Response
from shared.http.serve import serve


@get(
    "/api/v1/videos/{video_id}/download",
    caller=user("videos:read"),
    needs=(VIDEOS.get, MEDIA.read("v/")),
    status=302,
    answers=((200, DownloadAddress),),
    errors=((404, "NOT_FOUND"), (409, "CONFLICT")),
)
async def download_studio_video(
    video_id: UUID, caller: Caller, studio: StudioService, *, redirect: bool = True
) -> Response:
    """Redirect to the best rendition of a video of the caller's, which a browser saves under its title.

    The address lives 15 minutes. With `redirect=false` the answer is 200 and tells it.
    """
    found = studio.download(str(video_id), caller.require_user())
    return download_answer(found.url, found.expires_at, redirect=redirect)


handler = serve(download_studio_video)
