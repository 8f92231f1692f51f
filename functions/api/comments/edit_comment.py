"""PUT /api/comments/{comment_id}: give a comment other words."""

from uuid import UUID

from functions.api.comments._models import CommentEdit
from shared.contract.declare import endpoint
from shared.contract.permissions import user
from shared.contract.resources import COMMENTS, REACTIONS, VIDEOS
from shared.domains.comments.rules.answers import CommentAnswer
from shared.domains.comments.service.writing import CommentService
from shared.http.caller import Caller
from shared.http.serve import serve


@endpoint(
    "PUT",
    "/api/comments/{comment_id}",
    caller=user("comments:write"),
    needs=(COMMENTS.batch_get, COMMENTS.get, REACTIONS.batch_get, COMMENTS.update, VIDEOS.check),
    errors=((404, "NOT_FOUND"),),
)
async def edit_comment(comment_id: UUID, edit: CommentEdit, caller: Caller, comments: CommentService) -> CommentAnswer:
    """Edit a comment of the caller's, which says so from then on. The same words again change nothing.

    Words that would be held are refused: a new comment can wait, one that is to be seen cannot.
    """
    return comments.edit(str(comment_id), caller.require_user(), edit.content)


handler = serve(edit_comment)
