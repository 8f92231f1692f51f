"""PUT /api/comments/{comment_id}."""

from typing import Any

import pytest

from functions.api.comments.delete_comment import handler as delete
from functions.api.comments.edit_comment import handler
from functions.api.videos.edit_video import handler as edit_video
from shared.base.ids import new_id
from shared.contract.resources import COMMENTS
from tests.api import Answer
from tests.aws import Stage
from tests.clock import TurnedClock
from tests.functions.api.comments.conftest import NOBODY, Make, comments, contents, said, without_guards
from tests.functions.api.comments.test_list_comments import react
from tests.functions.api.videos.conftest import Someone


def edit(who: Someone, comment_id: str, body: Any) -> Answer:
    return who.call(handler, "PUT", f"/api/comments/{comment_id}", body)


def test_edited_comment_of_001_says_so(ready: Make, bob: Someone, stage: Stage, turned_clock: TurnedClock) -> None:
    video_id = ready()
    before = said(bob, video_id, "Frist")
    react(stage, bob, before["id"], "like")
    turned_clock.seconds += 5
    answer = edit(bob, before["id"], {"content": " First "})
    assert answer.status == 200
    after = answer.json
    assert (after["content"], after["edited"]) == ("First", True)
    assert before["updated_at"] < after["updated_at"]
    told = {"content", "edited", "updated_at", "like_count", "user_interaction"}
    assert {name: after[name] for name in set(after) - told} == {name: before[name] for name in set(before) - told}
    assert (after["like_count"], after["user_interaction"]["liked"]) == (1, True)
    assert comments(bob, video_id).json["comments"] == [after]


def test_same_words_again_change_nothing(ready: Make, bob: Someone, turned_clock: TurnedClock) -> None:
    comment = said(bob, ready(), "First")
    turned_clock.seconds += 5
    assert edit(bob, comment["id"], {"content": "First"}).json == comment
    after = edit(bob, comment["id"], {"content": "Second"}).json
    turned_clock.seconds += 5
    assert edit(bob, comment["id"], {"content": "Second"}).json == after


@pytest.mark.parametrize("body", [{}, {"content": ""}, {"content": "x" * 1001}, {"content": "a\u202eb"}])
def test_bad_edit_changes_nothing(ready: Make, bob: Someone, stage: Stage, body: Any) -> None:
    comment = said(bob, ready())
    before = stage.rows(COMMENTS)
    answer = edit(bob, comment["id"], body)
    assert (answer.status, list(answer.error["field_errors"])) == (422, ["content"])
    assert stage.rows(COMMENTS) == before


def test_case_30_nobody_else_edits(ready: Make, ada: Someone, bob: Someone, someone: Any) -> None:
    video_id = ready()
    comment = said(bob, video_id)
    assert edit(NOBODY, comment["id"], {"content": "Mine"}).status == 401
    assert edit(someone("mallory", "viewer"), comment["id"], {"content": "Mine"}).status == 403
    for who in (ada, someone("head", "admin")):
        mine, random = (edit(who, one, {"content": "Mine"}) for one in (comment["id"], new_id()))
        assert (
            (mine.status, mine.error["message"])
            == (random.status, random.error["message"])
            == (
                404,
                "There is no such comment",
            )
        )
    assert contents(comments(bob, video_id)) == ["Nice"]


def test_comment_that_is_removed_or_out_of_sight_is_not_edited(ready: Make, ada: Someone, bob: Someone) -> None:
    video_id = ready()
    removed, hidden = said(bob, video_id), said(bob, video_id)
    said(ada, video_id, "A reply", removed["id"])
    assert bob.call(delete, "DELETE", f"/api/comments/{removed['id']}").status == 200
    assert edit(bob, removed["id"], {"content": "Again"}).status == 404
    assert ada.call(edit_video, "PATCH", f"/api/videos/{video_id}", {"visibility": "private"}).status == 200
    assert edit(bob, hidden["id"], {"content": "Again"}).status == 404
    assert edit(bob, hidden["id"], {"content": "Nice"}).status == 404
    assert sorted(contents(comments(ada, video_id))) == ["", "Nice"]


def test_it_is_a_read_and_a_transaction(ready: Make, bob: Someone, stage: Stage) -> None:
    comment = said(bob, ready())
    calls = without_guards(stage, lambda: edit(bob, comment["id"], {"content": "Better"}))
    assert calls == ["dynamodb:BatchGetItem", "dynamodb:TransactWriteItems"]
