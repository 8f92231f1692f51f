"""DELETE /api/comments/held/{comment_id}: drop a comment that waits."""

from uuid import UUID

from functions.api.comments._models import RemovedComment
from shared.contract.declare import delete
from shared.contract.permissions import user
from shared.contract.resources import COMMENTS
from shared.domains.comments.service.holding import HoldingService
from shared.http.caller import Caller
from shared.http.serve import serve


@delete(
    "/api/comments/held/{comment_id}",
    caller=user("comments:write"),
    needs=(COMMENTS.batch_get, COMMENTS.delete),
    errors=((404, "NOT_FOUND"),),
)
async def discard_comment(comment_id: UUID, caller: Caller, holding: HoldingService) -> RemovedComment:
    """Drop a comment that waits, which nobody else has seen: whose video it is on may, and who wrote it."""
    holding.discard(str(comment_id), caller.require_user())
    return RemovedComment(success=True, message="Comment discarded")


handler = serve(discard_comment)
