"""GET /api/comments/{comment_id}/replies: the answers to a comment."""

from typing import Annotated
from uuid import UUID

from functions.api.comments._models import Comments
from shared.contract.declare import get
from shared.contract.permissions import optional
from shared.contract.resources import COMMENTS, CURSOR_KEY, REACTIONS, VIDEOS
from shared.domains.comments.service.reading import MOST, CommentLists, Wish
from shared.http.caller import Caller
from shared.http.framework import Query
from shared.http.serve import serve

LIMIT = 20


@get(
    "/api/comments/{comment_id}/replies",
    caller=optional("videos:read"),
    needs=(
        *(COMMENTS.query_index("by_thread"), COMMENTS.get, COMMENTS.batch_get),
        *(VIDEOS.batch_get, REACTIONS.batch_get, CURSOR_KEY.read),
    ),
    errors=((400, "INVALID_CURSOR, INVALID_PAGE"), (404, "NOT_FOUND")),
    shared_age=60,
)
async def list_replies(
    comment_id: UUID,
    caller: Caller,
    lists: CommentLists,
    page: Annotated[int, Query(ge=1)] = 1,
    limit: Annotated[int, Query(ge=1, le=MOST)] = LIMIT,
    cursor: Annotated[str, Query(max_length=300)] = "",
) -> Comments:
    """List the answers to a comment, the oldest first; those to a removed comment stay readable."""
    found = lists.of_comment(str(comment_id), caller.user_id, Wish(limit, page, cursor))
    return Comments.of(found, page, limit)


handler = serve(list_replies)
