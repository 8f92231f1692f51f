"""POST /api/comments/{comment_id}/like: like or dislike a comment, or neither."""

from uuid import UUID

from functions.api.reactions._models import ReactionAnswer, ReactionRequest
from shared.contract.declare import post
from shared.contract.limits import LIKES
from shared.contract.permissions import user
from shared.contract.resources import COMMENTS, LIMITS, REACTIONS, VIDEOS
from shared.domains.reactions.service.reacting import ReactionService, Reactor
from shared.http.caller import Caller
from shared.http.serve import serve


@post(
    "/api/comments/{comment_id}/like",
    caller=user("reactions:write"),
    limits=(LIKES,),
    needs=(
        *(COMMENTS.batch_get, REACTIONS.batch_get, VIDEOS.get),
        *(REACTIONS.put, REACTIONS.delete, COMMENTS.update, LIMITS.update),
    ),
    errors=((404, "NOT_FOUND"),),
)
async def like_comment(
    comment_id: UUID, request: ReactionRequest, caller: Caller, reactions: ReactionService
) -> ReactionAnswer:
    """Like or dislike a comment that the caller may see, or take that back. A repeat changes nothing."""
    reactor = Reactor(caller.require_user(), caller.tier)
    return ReactionAnswer.of(reactions.react_to_comment(str(comment_id), reactor, request.wish()))


handler = serve(like_comment)
