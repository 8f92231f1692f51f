"""POST /api/videos/{video_id}/comments: comment on a video."""

from uuid import UUID

from functions.api.comments._models import CommentEdit
from shared.contract.declare import post
from shared.contract.limits import COMMENTING
from shared.contract.permissions import user
from shared.contract.resources import COMMENTS, COUNTS, LIMITS, VIDEOS
from shared.domains.comments.rules.answers import CommentAnswer
from shared.domains.comments.service.writing import CommentService
from shared.domains.videos.model import Author
from shared.http.caller import Caller
from shared.http.serve import serve


class CommentRequest(CommentEdit):
    """A comment on the video, or with `parent_comment_id` an answer to another one there."""

    parent_comment_id: UUID | None = None


@post(
    "/api/videos/{video_id}/comments",
    caller=user("comments:write"),
    limits=(COMMENTING,),
    needs=(
        *(VIDEOS.batch_get, COMMENTS.batch_get, COMMENTS.get),
        *(COMMENTS.put, COMMENTS.update, COUNTS.update, LIMITS.update),
    ),
    status=201,
    idempotent=True,
    errors=((404, "NOT_FOUND"),),
)
async def create_comment(
    video_id: UUID, wish: CommentRequest, caller: Caller, comments: CommentService
) -> CommentAnswer:
    """Comment on a video. There is one level of answers: one to an answer goes under the comment that that is under.

    With words that whose video it is wants to see first it is `held`: nobody else sees it until they have approved it.
    """
    author = Author(caller.require_user(), caller.username, caller.display_name, caller.avatar_url)
    return comments.create(str(video_id), author, wish.content, str(wish.parent_comment_id or ""), caller.tier)


handler = serve(create_comment)
