"""GET /api/users/me/following/videos: videos of whom the caller follows."""

from functions.api.videos._models import Cursor, Limit, Page, Videos
from shared.contract.declare import get
from shared.contract.needs import unseen
from shared.contract.permissions import user
from shared.contract.resources import CURSOR_KEY, FEEDS, FOLLOWS, MEDIA_KEY, VIDEOS
from shared.domains.feeds.service.reading import FeedService
from shared.http.caller import Caller
from shared.http.paging import pagination
from shared.http.serve import serve

_OF_LOOKED_UP = (FEEDS.get, VIDEOS.query_index("by_author"))


@get(
    "/api/users/me/following/videos",
    caller=user("videos:read"),
    needs=(
        *(FEEDS.query, VIDEOS.batch_get, FOLLOWS.batch_get, MEDIA_KEY.read, CURSOR_KEY.read),
        *(unseen(need, "only of an author with thousands of followers") for need in _OF_LOOKED_UP),
    ),
    errors=((400, "INVALID_CURSOR, INVALID_PAGE"),),
)
async def list_feed(
    caller: Caller, feeds: FeedService, page: Page = 1, limit: Limit = 20, cursor: Cursor = ""
) -> Videos:
    """Public videos of whom the caller follows, those published latest first.

    `page` reaches 1000 videos deep, `cursor` all of them: it is `pagination.next_cursor` of the answer before.
    `pagination` counts the videos that are known so far; with a cursor there are more.
    """
    found = feeds.page(caller.require_user(), limit=limit, page=page, cursor=cursor)
    return Videos(
        videos=found.videos,
        pagination=pagination(
            page=page,
            limit=limit,
            total=found.total,
            next_cursor=found.next_cursor,
            has_prev=found.has_prev,
            is_capped=found.next_cursor is not None,
        ),
    )


handler = serve(list_feed)
