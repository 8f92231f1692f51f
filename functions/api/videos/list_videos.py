"""GET /api/videos: what there is to watch."""

from typing import Annotated, Literal
from uuid import UUID

from functions.api.videos._models import Cursor, Limit, Page, Videos, videos
from shared.base.errors import InvalidInputError
from shared.contract.declare import get
from shared.contract.permissions import optional
from shared.contract.resources import COUNTS, CURSOR_KEY, MEDIA_KEY, OPERATIONS, VIDEOS
from shared.domains.videos.rules.fields import Category
from shared.domains.videos.rules.public_lists import PublicList
from shared.domains.videos.service.public_lists import PublicListService
from shared.http.caller import Caller
from shared.http.framework import Query
from shared.http.serve import serve


@get(
    "/api/videos",
    aliases=("/api/videos/",),
    caller=optional("videos:read"),
    needs=(
        *(VIDEOS.query_index(index) for index in ("by_year", "by_category", "by_author")),
        *(COUNTS.batch_get, OPERATIONS.batch_get, MEDIA_KEY.read, CURSOR_KEY.read),
    ),
    errors=((400, "INVALID_CURSOR, INVALID_PAGE"),),
    shared_age=60,
)
async def list_videos(
    caller: Caller,
    lists: PublicListService,
    category: Category = "",
    author: UUID | None = None,
    tags: Annotated[str, Query(max_length=1000)] = "",
    q: Annotated[str, Query(max_length=200)] = "",
    sort: Literal["latest"] = "latest",
    page: Page = 1,
    limit: Limit = 20,
    cursor: Cursor = "",
) -> Videos:
    """Public videos that are ready: all, or those of a category, or of an author (by id).

    `page` reaches 1000 videos deep, `cursor` all of them: it is `pagination.next_cursor` of the answer before. Videos
    are not found by `tags` or `q` yet, nor sorted by anything but their time: 422.
    """
    for name, value in (("tags", tags), ("q", q)):
        if value:
            raise InvalidInputError.of(name, "Videos are found by category or author alone so far")
    if category and author:
        raise InvalidInputError.of("author", "Send category or author, not both")
    which = PublicList(category, str(author or ""))
    found = lists.page(which, caller.user_id, limit=limit, page=page, cursor=cursor)
    return videos(found, page, limit)


handler = serve(list_videos)
