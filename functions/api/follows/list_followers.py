"""GET /api/users/{user_id}/followers: who follows somebody."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from functions.api.follows._models import LIMIT, MOST, Listed
from shared.contract.declare import get
from shared.contract.permissions import optional
from shared.contract.resources import COUNTS, CURSOR_KEY, FOLLOWS, LISTED_PEOPLE
from shared.domains.follows.model import Side
from shared.domains.follows.service.listing import FollowListService
from shared.http.caller import Caller
from shared.http.framework import BaseModel, Query
from shared.http.paging import Pagination, pagination_of
from shared.http.serve import serve


class Followers(BaseModel):
    """Those who follow somebody, the latest first."""

    followers: Annotated[list[Listed], Field(max_length=MOST)]
    pagination: Pagination


@get(
    "/api/users/{user_id}/followers",
    caller=optional(),
    needs=(FOLLOWS.query_index("by_followed"), LISTED_PEOPLE, FOLLOWS.batch_get, COUNTS.batch_get, CURSOR_KEY.read),
    errors=((400, "INVALID_CURSOR, INVALID_PAGE"), (404, "NOT_FOUND")),
    shared_age=60,
)
async def list_followers(
    user_id: UUID,
    caller: Caller,
    lists: FollowListService,
    page: Annotated[int, Query(ge=1)] = 1,
    limit: Annotated[int, Query(ge=1, le=MOST)] = LIMIT,
    cursor: Annotated[str, Query(max_length=300)] = "",
) -> Followers:
    """List who follows somebody, the latest first; 404 where they do not show it to the caller.

    `page` reaches 1000 people deep, `cursor` all of them: it is `pagination.next_cursor` of the answer before. Who does
    not show the same themselves is left out, and counted: then a page is shorter than `limit`.
    """
    found = lists.page(Side.FOLLOWERS, str(user_id), caller.user_id, limit=limit, page=page, cursor=cursor)
    return Followers(
        followers=[Listed.of(one) for one in found.people],
        pagination=pagination_of(found, page, limit),
    )


handler = serve(list_followers)
