"""What people have reported, for administrators."""

from dataclasses import dataclass

from shared.base import audit
from shared.base.audit import Action
from shared.base.pages import seal, unseal
from shared.base.tables import answering
from shared.base.transactions import write_together
from shared.domains.comments.errors import CommentNotFoundError
from shared.domains.comments.model import Comment, Report, Sort
from shared.domains.comments.store import writes
from shared.domains.comments.store.comments import WHAT, CommentStore
from shared.domains.comments.store.rows import REPORTS, reports_on

MOST = 50
"""Reports of a page."""

TOGETHER = 98
"""Reports that one transaction takes away, besides the entry that tells it and the check of the session."""

_ROUTE = "reports"


@dataclass(frozen=True)
class Reported:
    """A report, and what it is about: None once that is removed or gone."""

    report: Report
    comment: Comment | None


@dataclass(frozen=True)
class ReportPage:
    """A page of reports. `has_prev`: there are some before it."""

    reports: list[Reported]
    next_cursor: str | None
    has_prev: bool


@dataclass(frozen=True)
class ModerationService:
    """Looks after reports."""

    comments: CommentStore

    @classmethod
    def open(cls) -> "ModerationService":
        """On the stage's table."""
        return cls(CommentStore.open())

    def page(self, reader_id: str, *, limit: int, cursor: str = "") -> ReportPage:
        """Reports, those on the latest comments first, all on one comment together: two calls.

        Raises InvalidCursorError.
        """
        after = unseal(cursor, _ROUTE, reader_id) if cursor else ""
        entries = self.comments.entries(REPORTS, Sort.NEWEST, limit + 1, after)
        ids = [entry.comment_id for entry in entries[:limit]]
        comments, reports = self.comments.rows([*ids, *(report_id.split("#")[1] for report_id in ids)])
        living = {comment.id: comment for comment in comments if not comment.removed}
        in_order = sorted(reports, key=lambda report: (report.comment_id, report.reporter_id), reverse=True)
        return ReportPage(
            reports=[Reported(report, living.get(report.comment_id)) for report in in_order],
            next_cursor=seal(ids[-1], _ROUTE, reader_id) if len(entries) > limit else None,
            has_prev=bool(cursor),
        )

    def dismiss(self, comment_id: str) -> int:
        """Take away all reports on a comment, and tell the trail; how many there were.

        A query and a transaction for each 98 of them. Raises CommentNotFoundError when there is none.
        """
        count = 0
        while found := self.comments.entries_within(REPORTS, reports_on(comment_id), TOGETHER):
            told = audit.entry(Action.REPORTS_DISMISSED, comment_id, reports=str(len(found)))
            with answering(WHAT):
                write_together(*(writes.erasure(entry.comment_id) for entry in found), told)
            count += len(found)
            if len(found) < TOGETHER:
                break
        if not count:
            raise CommentNotFoundError
        return count
