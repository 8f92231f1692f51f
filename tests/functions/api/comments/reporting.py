"""What tests of reports share."""

from functions.api.admin.list_reports import handler as list_reports
from functions.api.comments.report_comment import handler as report
from tests.api import Answer, call
from tests.functions.api.videos.conftest import Someone


def reported(who: Someone, comment_id: str, reason: str = "Spam") -> None:
    """Somebody reports a comment."""
    answer = who.call(report, "POST", f"/api/comments/{comment_id}/report", {"reason": reason})
    assert answer.status == 202, answer.body


def listed(token: str, query: str = "") -> Answer:
    """The reports, as an administrator gets them."""
    return call(list_reports, "GET", "/api/v1/admin/reports", token=token, query=query)
