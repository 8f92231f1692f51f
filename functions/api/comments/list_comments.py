"""GET /api/videos/{video_id}/comments: the comments on a video."""

from typing import Annotated
from uuid import UUID

from functions.api.comments._models import Comments
from shared.contract.declare import get
from shared.contract.permissions import optional
from shared.contract.resources import COMMENTS, COUNTS, CURSOR_KEY, REACTIONS, VIDEOS
from shared.domains.comments.model import Sort
from shared.domains.comments.service.reading import MOST, CommentLists, Wish
from shared.http.caller import Caller
from shared.http.framework import Query
from shared.http.serve import serve

LIMIT = 20


@get(
    "/api/videos/{video_id}/comments",
    caller=optional("videos:read"),
    needs=(
        *(COMMENTS.query_index("by_thread"), COMMENTS.query_index("by_rank"), COMMENTS.batch_get),
        *(VIDEOS.batch_get, COUNTS.batch_get, REACTIONS.batch_get, CURSOR_KEY.read),
    ),
    errors=((400, "INVALID_CURSOR, INVALID_PAGE"), (404, "NOT_FOUND")),
    shared_age=60,
)
async def list_comments(
    video_id: UUID,
    caller: Caller,
    lists: CommentLists,
    sort: Sort = Sort.NEWEST,
    page: Annotated[int, Query(ge=1)] = 1,
    limit: Annotated[int, Query(ge=1, le=MOST)] = LIMIT,
    cursor: Annotated[str, Query(max_length=300)] = "",
) -> Comments:
    """List the comments on a video; their replies have lists of their own.

    `top` begins with what most people like and few dislike. `page` reaches 1000 comments deep, `cursor` all of them: it
    is `pagination.next_cursor` of the answer before.
    """
    found = lists.of_video(str(video_id), caller.user_id, sort, Wish(limit, page, cursor))
    return Comments.of(found, page, limit)


handler = serve(list_comments)
