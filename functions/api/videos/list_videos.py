"""GET /api/videos: what there is to watch."""

from typing import Annotated
from uuid import UUID

from functions.api.videos._models import Cursor, ExplainedVideos, Limit, Page, videos
from shared.contract.declare import get
from shared.contract.permissions import optional
from shared.contract.resources import COUNTS, CURSOR_KEY, MEDIA_KEY, OPERATIONS, POSTINGS, RANKINGS, VIDEOS
from shared.domains.ranking.service.reading import Asking, RankedPage
from shared.domains.search.model import VideoSort
from shared.domains.search.service.browsing import BrowsingService, Wish
from shared.domains.videos.rules.fields import Category
from shared.http.caller import Caller
from shared.http.framework import Query
from shared.http.serve import serve


@get(
    "/api/videos",
    aliases=("/api/videos/",),
    caller=optional("videos:read"),
    needs=(
        *(VIDEOS.query_index(index) for index in ("by_year", "by_category", "by_author")),
        *(POSTINGS.query, *(table.batch_get for table in (VIDEOS, COUNTS, OPERATIONS, POSTINGS, RANKINGS))),
        *(MEDIA_KEY.read, CURSOR_KEY.read),
    ),
    errors=((400, "INVALID_CURSOR, INVALID_PAGE"),),
    shared_age=60,
)
async def list_videos(
    caller: Caller,
    browsing: BrowsingService,
    category: Category = "",
    author: UUID | None = None,
    tags: Annotated[str, Query(max_length=1000)] = "",
    q: Annotated[str, Query(max_length=200)] = "",
    sort: VideoSort | None = None,
    page: Page = 1,
    limit: Limit = 20,
    cursor: Cursor = "",
    *,
    explain: bool = False,
) -> ExplainedVideos:
    """Public videos that are ready: all, or those that have the category, the author (by id), all tags and all words.

    `tags` have commas between them. Words of `q` are looked for in titles, tags and descriptions; one of three letters
    or more is also found as the beginning of another. `sort` is `relevance` with `q`, and else `latest`, unless it is
    sent. `popular` and `trending` are made every 15 minutes; by anything but time 1000 videos are in a list at most.
    `page` reaches 1000 videos deep, `cursor` all of them: it is `pagination.next_cursor` of the answer before. What is
    searched for is counted up to 1000, unless it is one tag by time. With `explain` a page of popular or trending
    videos also tells why the caller's own stand where they do, or all of them to an administrator who logged in.
    """
    asking = Asking(caller.user_id, sees_all=caller.administers) if explain else None
    wish = Wish(q, tags, category, str(author or ""), sort or "", asking)
    found = browsing.page(wish, caller.user_id, limit=limit, page=page, cursor=cursor)
    told = found.explanations if isinstance(found, RankedPage) else None
    return ExplainedVideos(**vars(videos(found, page, limit)), explanations=told)


handler = serve(list_videos)
