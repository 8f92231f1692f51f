"""GET /api/users/{user_id}/videos: what somebody has published."""

from uuid import UUID

from functions.api.videos._models import Cursor, Limit, Page, Videos, videos
from shared.contract.declare import get
from shared.contract.permissions import optional
from shared.contract.resources import CURSOR_KEY, MEDIA_KEY, OPERATIONS, VIDEOS
from shared.domains.videos.rules.public_lists import PublicList
from shared.domains.videos.service.public_lists import PublicListService
from shared.http.caller import Caller
from shared.http.serve import serve


@get(
    "/api/users/{user_id}/videos",
    caller=optional("videos:read"),
    needs=(
        *(VIDEOS.query_index("by_author"), OPERATIONS.batch_get),
        *(MEDIA_KEY.read, CURSOR_KEY.read),
    ),
    errors=((400, "INVALID_CURSOR, INVALID_PAGE"),),
    shared_age=60,
)
async def list_videos_of_user(
    user_id: UUID,
    caller: Caller,
    lists: PublicListService,
    page: Page = 1,
    limit: Limit = 20,
    cursor: Cursor = "",
) -> Videos:
    """Somebody's public videos that are ready, the same for everybody; none of somebody who does not exist."""
    found = lists.page(PublicList(author_id=str(user_id)), caller.user_id, limit=limit, page=page, cursor=cursor)
    return videos(found, page, limit)


handler = serve(list_videos_of_user)
