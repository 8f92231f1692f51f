"""DELETE /api/users/{user_id}/follow: follow somebody no more."""

from uuid import UUID

from functions.api.follows._models import Followed
from shared.contract.declare import delete
from shared.contract.permissions import user
from shared.contract.resources import COUNTS, FOLLOWS, LISTED_PEOPLE
from shared.domains.follows.service.following import FollowService
from shared.http.caller import Caller
from shared.http.serve import serve


@delete(
    "/api/users/{user_id}/follow",
    caller=user("follows:write"),
    needs=(LISTED_PEOPLE, FOLLOWS.batch_get, FOLLOWS.delete, COUNTS.batch_get, COUNTS.update),
    errors=((404, "NOT_FOUND"), (409, "CONFLICT")),
)
async def unfollow_user(user_id: UUID, caller: Caller, follows: FollowService) -> Followed:
    """Follow somebody no more. Asked again it is the same answer. 404 when there is no such user."""
    return Followed.of(follows.unfollow(caller.require_user(), str(user_id)))


handler = serve(unfollow_user)
