"""GET /api/comments/{comment_id}/replies."""

from functions.api.videos.edit_video import handler as edit
from shared.base.ids import new_id
from tests.aws import Stage
from tests.functions.api.comments.conftest import NOBODY, Make, contents, replies, said, without_guards
from tests.functions.api.videos.conftest import Someone


def test_replies_come_in_the_order_of_a_conversation(ready: Make, ada: Someone, bob: Someone) -> None:
    video_id = ready()
    first = said(bob, video_id, "First")
    other = said(bob, video_id, "Second")
    for number in range(5):
        said(ada, video_id, f"{number}", first["id"])
    answer = replies(NOBODY, first["id"], "limit=3")
    assert contents(answer) == ["0", "1", "2"]
    told = answer.json["pagination"]
    assert (told["total_items"], told["total_pages"], told["has_next"]) == (5, 2, True)
    assert contents(replies(NOBODY, first["id"], f"limit=3&cursor={told['next_cursor']}")) == ["3", "4"]
    assert contents(replies(NOBODY, first["id"], "limit=3&page=2")) == ["3", "4"]
    assert answer.json["comments"][0]["parent_comment_id"] == first["id"]
    assert contents(replies(NOBODY, other["id"])) == []
    assert replies(NOBODY, other["id"]).json["pagination"]["total_items"] == 0


def test_replies_disappear_with_the_video(ready: Make, ada: Someone, bob: Someone) -> None:
    video_id = ready()
    first, lonely = said(bob, video_id, "First"), said(bob, video_id, "Lonely")
    said(ada, video_id, "Thanks", first["id"])
    assert ada.call(edit, "PATCH", f"/api/videos/{video_id}", {"visibility": "private"}).status == 200
    for comment in (first, lonely):
        assert replies(bob, comment["id"]).status == 404
        assert replies(ada, comment["id"]).status == 200
    assert replies(ada, new_id()).status == 404


def test_it_is_two_calls_and_three_where_there_are_none(ready: Make, bob: Someone, stage: Stage) -> None:
    video_id = ready()
    first = said(bob, video_id, "First")
    assert replies(bob, first["id"]).status == 200
    calls = without_guards(stage, lambda: replies(bob, first["id"]))
    assert calls == ["dynamodb:Query", "dynamodb:GetItem", "dynamodb:BatchGetItem"]
    said(bob, video_id, "Me again", first["id"])
    assert without_guards(stage, lambda: replies(bob, first["id"])) == ["dynamodb:Query", "dynamodb:BatchGetItem"]
