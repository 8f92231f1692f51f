"""DELETE /api/v1/admin/reports/{comment_id}: settle the reports on a comment."""

from uuid import UUID

from shared.contract.declare import delete
from shared.contract.permissions import admin
from shared.contract.resources import AUDIT, COMMENTS
from shared.domains.comments.service.moderating import ModerationService
from shared.http.framework import BaseModel
from shared.http.serve import serve


class DismissedReports(BaseModel):
    """How many there were."""

    dismissed: int


@delete(
    "/api/v1/admin/reports/{comment_id}",
    caller=admin(joined=True),
    needs=(COMMENTS.query_index("by_thread"), COMMENTS.delete, AUDIT.put),
    errors=((404, "NOT_FOUND"),),
)
async def dismiss_reports(comment_id: UUID, moderation: ModerationService) -> DismissedReports:
    """Take all reports on a comment off the list, whether or not the comment was removed. The audit trail tells it."""
    return DismissedReports(dismissed=moderation.dismiss(str(comment_id)))


handler = serve(dismiss_reports)
