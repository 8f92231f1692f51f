"""POST /api/comments/held/{comment_id}/approve: have others see a comment that waits."""

from uuid import UUID

from shared.contract.declare import post
from shared.contract.permissions import user
from shared.contract.resources import COMMENTS, COUNTS, VIDEOS
from shared.domains.comments.rules.answers import CommentAnswer
from shared.domains.comments.service.holding import ApprovalService
from shared.http.caller import Caller
from shared.http.serve import serve


@post(
    "/api/comments/held/{comment_id}/approve",
    caller=user("comments:write"),
    needs=(
        *(COMMENTS.batch_get, COMMENTS.put, COMMENTS.update, COMMENTS.delete),
        *(COUNTS.update, VIDEOS.check),
    ),
    errors=((404, "NOT_FOUND"), (409, "CONFLICT")),
)
async def approve_comment(comment_id: UUID, caller: Caller, approvals: ApprovalService) -> CommentAnswer:
    """Have others see a comment that waits, on a video of the caller's: it is told and counted as a new one is, once.

    It stands where it was written. 409 when what it answers was removed meanwhile.
    """
    return approvals.approve(str(comment_id), caller.require_user())


handler = serve(approve_comment)
