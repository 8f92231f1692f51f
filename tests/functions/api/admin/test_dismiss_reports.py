"""DELETE /api/v1/admin/reports/{comment_id}."""

import pytest

from functions.api.admin.dismiss_reports import handler
from shared.base import aws, clock
from shared.base.ids import new_id
from shared.contract.resources import AUDIT, COMMENTS
from shared.domains.comments.model import Report
from shared.domains.comments.service import moderating
from shared.domains.comments.store.rows import report_item
from tests.api import Answer, call
from tests.aws import Stage, real_name
from tests.callers import user_token
from tests.functions.api.comments.conftest import Make, ada, awaiting, bob, ready, running, said, someone
from tests.functions.api.comments.reporting import listed, reported
from tests.functions.api.videos.conftest import Someone

__all__ = ["ada", "awaiting", "bob", "ready", "running", "someone"]


def dismiss(token: str, comment_id: str) -> Answer:
    return call(handler, "DELETE", f"/api/v1/admin/reports/{comment_id}", token=token)


@pytest.mark.parametrize("together", [98, 1])
def test_all_reports_on_a_comment_go_and_no_others(
    ready: Make, ada: Someone, bob: Someone, stage: Stage, monkeypatch: pytest.MonkeyPatch, together: int
) -> None:
    monkeypatch.setattr(moderating, "TOGETHER", together)
    video_id = ready()
    settled, open_one = said(bob, video_id), said(bob, video_id)
    for who in (ada, bob):
        reported(who, settled["id"])
        reported(who, open_one["id"])
    admin = user_token(stage, "admin")
    answer = dismiss(admin, settled["id"])
    assert (answer.status, answer.json) == (200, {"dismissed": 2})
    assert [report["comment_id"] for report in listed(admin).json["reports"]] == [open_one["id"]] * 2
    told = [(row["target"]["S"], row["details"]["M"]["reports"]["S"]) for row in stage.rows(AUDIT)]
    assert told == [(settled["id"], "2")] if together > 1 else [(settled["id"], "1")] * 2
    assert dismiss(admin, settled["id"]).status == 404


def test_what_nobody_reported_cannot_be_settled(stage: Stage) -> None:
    assert dismiss(user_token(stage, "admin"), new_id()).status == 404


def test_as_many_as_there_are_go(stage: Stage) -> None:
    comment_id, now = new_id(), clock.timestamp()
    with stage.unrecorded():
        for _ in range(120):
            item = report_item(Report(comment_id, reporter_id=new_id(), reason="Spam", reported_at=now))
            aws.client("dynamodb").put_item(TableName=real_name(COMMENTS), Item=item)
    answer = dismiss(user_token(stage, "admin"), comment_id)
    assert (answer.status, answer.json) == (200, {"dismissed": 120})
    assert stage.rows(COMMENTS) == []
