"""GET /api/v1/admin/reports."""

from functions.api.comments.delete_comment import handler as delete
from tests.aws import Stage
from tests.callers import user_token
from tests.functions.api.comments.conftest import Make, ada, awaiting, bob, ready, running, said, someone
from tests.functions.api.comments.reporting import listed, reported
from tests.functions.api.videos.conftest import Someone

__all__ = ["ada", "awaiting", "bob", "ready", "running", "someone"]


def test_reports_are_told_with_what_they_are_about(ready: Make, ada: Someone, bob: Someone, stage: Stage) -> None:
    video_id = ready()
    first, second = said(bob, video_id, "One"), said(bob, video_id, "Two")
    for who, comment in ((ada, first), (ada, second), (bob, first)):
        reported(who, comment["id"])
    admin = user_token(stage, "admin")
    told = listed(admin).json["reports"]
    assert [report["comment_id"] for report in told] == [second["id"], first["id"], first["id"]]
    assert {report["reporter_id"] for report in told[1:]} == {ada.user_id, bob.user_id}
    assert told[0]["comment"] == {
        "video_id": video_id,
        "user_id": bob.user_id,
        "content": "Two",
        "created_at": second["created_at"],
    }
    assert (told[0]["reason"], told[0]["reporter_id"]) == ("Spam", ada.user_id)


def test_what_is_removed_is_not_shown(ready: Make, ada: Someone, bob: Someone, stage: Stage) -> None:
    video_id = ready()
    gone, folded = said(bob, video_id, "Gone"), said(bob, video_id, "Folded")
    said(ada, video_id, "An answer", folded["id"])
    for comment in (gone, folded):
        reported(ada, comment["id"])
        assert bob.call(delete, "DELETE", f"/api/comments/{comment['id']}").status == 200
    assert [report["comment"] for report in listed(user_token(stage, "admin")).json["reports"]] == [None, None]


def test_pages_have_each_report_once(ready: Make, ada: Someone, bob: Someone, stage: Stage) -> None:
    comments = [said(bob, ready()) for _ in range(5)]
    for comment in comments:
        reported(ada, comment["id"])
    admin, seen, cursor = user_token(stage, "admin"), list[str](), ""
    while cursor is not None:
        answer = listed(admin, f"limit=2&cursor={cursor}")
        seen += [report["comment_id"] for report in answer.json["reports"]]
        assert answer.json["pagination"]["has_prev"] == bool(cursor)
        cursor = answer.json["pagination"]["next_cursor"]
    assert seen == [comment["id"] for comment in reversed(comments)]
    another = user_token(stage, "admin")
    stolen = listed(admin, "limit=2").json["pagination"]["next_cursor"]
    assert listed(another, f"cursor={stolen}").error["code"] == "INVALID_CURSOR"


def test_nothing_reported_is_a_list_too(stage: Stage) -> None:
    answer = listed(user_token(stage, "admin"))
    assert (answer.status, answer.json["reports"], answer.json["pagination"]["total_items"]) == (200, [], 0)


def test_it_is_two_reads(ready: Make, ada: Someone, bob: Someone, stage: Stage) -> None:
    reported(ada, said(bob, ready())["id"])
    admin = user_token(stage, "admin")
    listed(admin)
    calls = stage.calls_of(lambda: listed(admin))
    assert [call for call in calls if call in ("dynamodb:Query", "dynamodb:BatchGetItem")] == [
        "dynamodb:Query",
        "dynamodb:BatchGetItem",
    ]
