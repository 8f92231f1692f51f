"""GET /api/users/me/videos: the caller's own videos."""

from typing import Literal

from functions.api.videos._models import Cursor, Limit, Page, Videos, videos
from shared.contract.declare import get
from shared.contract.permissions import user
from shared.contract.resources import CURSOR_KEY, MEDIA_KEY, OPERATIONS, VIDEOS
from shared.domains.videos.service.own_videos import OwnVideosService
from shared.http.caller import Caller
from shared.http.serve import serve


@get(
    "/api/users/me/videos",
    caller=user("videos:read"),
    needs=(
        *(VIDEOS.query_index("by_owner"), VIDEOS.query_index("by_status"), VIDEOS.batch_get),
        *(OPERATIONS.batch_get, MEDIA_KEY.read, CURSOR_KEY.read),
    ),
    errors=((400, "INVALID_CURSOR, INVALID_PAGE"),),
)
async def list_own_videos(
    caller: Caller,
    lists: OwnVideosService,
    status: Literal["uploaded", "processing", "ready", "error"] | None = None,
    page: Page = 1,
    limit: Limit = 20,
    cursor: Cursor = "",
) -> Videos:
    """The caller's videos, whoever may see them and whatever has become of them: all, or those of a status."""
    found = lists.page(caller.require_user(), status or "", limit=limit, page=page, cursor=cursor)
    return videos(found, page, limit)


handler = serve(list_own_videos)
