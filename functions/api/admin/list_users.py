"""GET /api/v1/users/: who has an account."""

from typing import Annotated, Literal

from pydantic import Field

from shared.contract.declare import get
from shared.contract.permissions import admin
from shared.contract.resources import CURSOR_KEY, USERS
from shared.domains.accounts.model import ListedUser
from shared.domains.accounts.rules.listing import UserFilter
from shared.domains.accounts.service.listing import UserListService
from shared.http.caller import Caller
from shared.http.framework import BaseModel, Query
from shared.http.paging import Pagination, pagination
from shared.http.serve import serve

MOST = 100


class UserEntry(BaseModel):
    """A user, as administrators see them."""

    id: str
    email: str
    username: str
    full_name: str
    role: str
    subscription_tier: str
    email_verified: bool
    created_at: str

    @classmethod
    def of(cls, user: ListedUser) -> "UserEntry":
        """The user of the domain."""
        return cls(
            id=user.user_id,
            email=user.email,
            username=user.username,
            full_name=user.display_name,
            role=user.role,
            subscription_tier=user.tier,
            email_verified=user.email_verified,
            created_at=user.created_at,
        )


class Users(BaseModel):
    """Users, the latest first."""

    users: Annotated[list[UserEntry], Field(max_length=MOST)]
    pagination: Pagination


@get(
    "/api/v1/users/",
    aliases=("/api/v1/users",),
    caller=admin(),
    needs=(USERS.query_index("by_arrival"), CURSOR_KEY.read),
    errors=((400, "INVALID_CURSOR, INVALID_PAGE"),),
)
async def list_users(
    caller: Caller,
    listing: UserListService,
    role: Literal["viewer", "user", "creator", "admin"] | None = None,
    tier: Literal["free", "pro", "enterprise"] | None = None,
    q: Annotated[str, Query(max_length=254)] = "",
    page: Annotated[int, Query(ge=1)] = 1,
    limit: Annotated[int, Query(ge=1, le=MOST)] = 20,
    cursor: Annotated[str, Query(max_length=200)] = "",
) -> Users:
    """All users, or those of a role, of a tier, or whose username or address begins with `q`, the latest first.

    `page` reaches 1000 users deep, `cursor` all of them: it is `pagination.next_cursor` of the answer before. They are
    counted up to 1000. Where few pass the filter a page can be short and have a cursor that looks further.
    """
    wish = UserFilter(role or "", tier or "", q)
    found = listing.page(caller.require_user(), wish, limit=limit, page=page, cursor=cursor)
    return Users(
        users=[UserEntry.of(user) for user in found.users],
        pagination=pagination(
            page=page,
            limit=limit,
            total=found.total,
            next_cursor=found.next_cursor,
            has_prev=found.has_prev,
            is_capped=found.is_capped,
        ),
    )


handler = serve(list_users)
