"""GET /api/comments/held: comments that wait."""

from typing import Annotated

from functions.api.comments._models import Comments
from shared.contract.declare import get
from shared.contract.permissions import user
from shared.contract.resources import COMMENTS, CURSOR_KEY
from shared.domains.comments.service.holding import HoldingService
from shared.domains.comments.service.reading import MOST
from shared.http.caller import Caller
from shared.http.framework import Query
from shared.http.serve import serve


@get(
    "/api/comments/held",
    caller=user("videos:read"),
    needs=(
        *(COMMENTS.query_index("by_thread"), COMMENTS.query_index("by_author")),
        *(COMMENTS.batch_get, CURSOR_KEY.read),
    ),
    errors=((400, "INVALID_CURSOR"),),
)
async def list_held_comments(
    caller: Caller,
    holding: HoldingService,
    *,
    written: bool = False,
    limit: Annotated[int, Query(ge=1, le=MOST)] = 20,
    cursor: Annotated[str, Query(max_length=300)] = "",
) -> Comments:
    """Comments that wait for the caller, on their videos, the latest first; or, `written`, those of theirs that wait.

    Who approves one makes it a comment like all others. What nobody looks at goes after 60 days. The total is what is
    known so far.
    """
    found = holding.page(caller.require_user(), written=written, limit=limit, cursor=cursor)
    told = Comments.of(found, 1, limit)
    told.pagination.total_is_capped = found.next_cursor is not None
    return told


handler = serve(list_held_comments)
