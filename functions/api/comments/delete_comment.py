"""DELETE /api/comments/{comment_id}: remove a comment."""

from uuid import UUID

from functions.api.comments._models import RemovedComment
from shared.contract.declare import delete
from shared.contract.permissions import user
from shared.contract.resources import AUDIT, COMMENTS, COUNTS
from shared.domains.comments.service.removing import RemovalService
from shared.http.caller import Caller
from shared.http.serve import serve


@delete(
    "/api/comments/{comment_id}",
    caller=user("comments:write", fresh=True, joined=True),
    needs=(COMMENTS.get, COMMENTS.update, COUNTS.update, AUDIT.put),
    errors=((404, "NOT_FOUND"),),
)
async def delete_comment(comment_id: UUID, caller: Caller, removals: RemovalService) -> RemovedComment:
    """Remove a comment: who wrote it, whose video it is on, and administrators may. Its replies stay readable.

    What an administrator removes of others, on videos of others, is told in the audit trail.
    """
    removals.remove(str(comment_id), caller.require_user(), moderates=caller.administers)
    return RemovedComment(success=True, message="Comment deleted")


handler = serve(delete_comment)
