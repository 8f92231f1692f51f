"""GET /api/v1/admin/reports: what people find wrong with comments."""

from typing import Annotated

from pydantic import Field

from shared.contract.declare import get
from shared.contract.permissions import admin
from shared.contract.resources import COMMENTS, CURSOR_KEY
from shared.domains.comments.service.moderating import MOST, ModerationService, Reported
from shared.http.caller import Caller
from shared.http.framework import BaseModel, Query
from shared.http.paging import Pagination, pagination
from shared.http.serve import serve


class ReportedComment(BaseModel):
    """What a comment says, and where."""

    video_id: str
    user_id: str
    content: str
    created_at: str


class ReportEntry(BaseModel):
    """A report. `comment` is null once that is removed or gone."""

    comment_id: str
    reporter_id: str
    reason: str
    reported_at: str
    comment: ReportedComment | None

    @classmethod
    def of(cls, found: Reported) -> "ReportEntry":
        """The report of the domain."""
        about = found.comment
        return cls(
            comment_id=found.report.comment_id,
            reporter_id=found.report.reporter_id,
            reason=found.report.reason,
            reported_at=found.report.reported_at,
            comment=about
            and ReportedComment(
                video_id=about.video_id, user_id=about.author_id, content=about.content, created_at=about.created_at
            ),
        )


class Reports(BaseModel):
    """Reports. They are not counted: totals are of what this page and the next one show."""

    reports: Annotated[list[ReportEntry], Field(max_length=MOST)]
    pagination: Pagination


@get(
    "/api/v1/admin/reports",
    caller=admin(),
    needs=(COMMENTS.query_index("by_thread"), COMMENTS.batch_get, CURSOR_KEY.read),
    errors=((400, "INVALID_CURSOR"),),
)
async def list_reports(
    caller: Caller,
    moderation: ModerationService,
    limit: Annotated[int, Query(ge=1, le=MOST)] = 20,
    cursor: Annotated[str, Query(max_length=200)] = "",
) -> Reports:
    """All reports on comments, those on the latest comments first, all on one comment together.

    DELETE /api/comments/{comment_id} removes a comment, DELETE /api/v1/admin/reports/{comment_id} settles its reports.
    Reports that nobody settles go after half a year.
    """
    found = moderation.page(caller.require_user(), limit=limit, cursor=cursor)
    return Reports(
        reports=[ReportEntry.of(one) for one in found.reports],
        pagination=pagination(
            page=1,
            limit=limit,
            total=len(found.reports) + bool(found.next_cursor),
            next_cursor=found.next_cursor,
            has_prev=found.has_prev,
            is_capped=bool(found.next_cursor),
        ),
    )


handler = serve(list_reports)
