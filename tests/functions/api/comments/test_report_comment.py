"""POST /api/comments/{comment_id}/report."""

from typing import Any

import pytest

from functions.api.comments.delete_comment import handler as delete
from functions.api.comments.report_comment import handler
from functions.api.videos.edit_video import handler as edit_video
from shared.base.ids import new_id
from shared.contract.resources import COMMENTS
from tests.api import Answer
from tests.aws import Stage
from tests.functions.api.comments.conftest import NOBODY, Make, comments, contents, said, without_guards
from tests.functions.api.videos.conftest import Someone


def report(who: Someone, comment_id: str, body: Any = None, **more: Any) -> Answer:
    said_so = {"reason": "Spam"} if body is None else body
    return who.call(handler, "POST", f"/api/comments/{comment_id}/report", said_so, **more)


def reports(stage: Stage) -> list[tuple[str, str]]:
    """Who reports what, as administrators find it."""
    rows = [row for row in stage.rows(COMMENTS) if row.get("thread") == {"S": "reports"}]
    return sorted((row["author_id"]["S"], row["reason"]["S"]) for row in rows)


def test_report_is_kept_once_for_each_person(ready: Make, ada: Someone, bob: Someone, stage: Stage) -> None:
    video_id = ready()
    comment = said(bob, video_id)
    for reason in ("Spam", "Spam", " Insulting\r\nand wrong "):
        answer = report(ada, comment["id"], {"reason": reason})
        assert answer.status == 202
        assert answer.json["message"]
    assert report(bob, comment["id"]).status == 202
    assert reports(stage) == sorted([(ada.user_id, "Insulting\nand wrong"), (bob.user_id, "Spam")])
    assert contents(comments(bob, video_id)) == ["Nice"]


@pytest.mark.parametrize("body", [{}, {"reason": ""}, {"reason": "x" * 501}, {"reason": "a\u0000b"}])
def test_bad_report_is_not_kept(ready: Make, ada: Someone, bob: Someone, stage: Stage, body: Any) -> None:
    answer = report(ada, said(bob, ready())["id"], body)
    assert (answer.status, list(answer.error["field_errors"])) == (422, ["reason"])
    assert reports(stage) == []


def test_only_what_one_can_see_is_reported(ready: Make, ada: Someone, bob: Someone, eve: Someone, stage: Stage) -> None:
    video_id = ready()
    removed, folded, hidden = (said(bob, video_id)["id"] for _ in range(3))
    said(ada, video_id, "A reply", folded)
    for one in (removed, folded):
        assert bob.call(delete, "DELETE", f"/api/comments/{one}").status == 200
    assert ada.call(edit_video, "PATCH", f"/api/videos/{video_id}", {"visibility": "private"}).status == 200
    for one in (removed, folded, hidden, new_id()):
        assert report(eve, one).status == 404
    assert report(NOBODY, hidden).status == 401
    assert reports(stage) == []


def test_it_is_a_read_and_a_transaction(ready: Make, ada: Someone, bob: Someone, stage: Stage) -> None:
    comment = said(bob, ready())
    calls = without_guards(stage, lambda: report(ada, comment["id"]))
    assert calls == ["dynamodb:GetItem", "dynamodb:TransactWriteItems"]
