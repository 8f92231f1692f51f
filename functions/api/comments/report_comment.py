"""POST /api/comments/{comment_id}/report: tell that something is wrong with a comment."""

from uuid import UUID

from pydantic import ConfigDict

from shared.contract.declare import post
from shared.contract.permissions import user
from shared.contract.resources import COMMENTS, VIDEOS
from shared.domains.comments.rules.fields import Reason
from shared.domains.comments.service.writing import CommentService
from shared.http.caller import Caller
from shared.http.framework import BaseModel
from shared.http.serve import serve


class ReportRequest(BaseModel):
    """What is wrong with it."""

    model_config = ConfigDict(extra="forbid")

    reason: Reason


class ReportKept(BaseModel):
    """That it is kept."""

    message: str


@post(
    "/api/comments/{comment_id}/report",
    caller=user("comments:write"),
    needs=(COMMENTS.get, COMMENTS.put, COMMENTS.check, VIDEOS.check),
    status=202,
    idempotent=True,
    errors=((404, "NOT_FOUND"),),
)
async def report_comment(
    comment_id: UUID, report: ReportRequest, caller: Caller, comments: CommentService
) -> ReportKept:
    """Report a comment to administrators. Another report by the same person takes the place of the first one."""
    comments.report(str(comment_id), caller.require_user(), report.reason)
    return ReportKept(message="Thank you: the report is kept for the administrators")


handler = serve(report_comment)
