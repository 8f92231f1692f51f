"""POST /api/videos/{video_id}/comments."""

import functools
from typing import Any

import pytest

from functions.api.videos.delete_video import handler as delete
from shared.base.ids import new_id
from shared.contract.resources import COMMENTS, COUNTS
from tests.aws import Stage
from tests.functions.api.comments.conftest import NOBODY, Make, comments, contents, replies, said, say, without_guards
from tests.functions.api.videos.conftest import Someone


def test_comment_of_001_is_told_with_all_its_fields(ready: Make, bob: Someone) -> None:
    video_id = ready()
    answer = say(bob, video_id, "  First!\r\nSecond line ")
    assert answer.status == 201
    told = answer.json
    assert told.pop("id") > video_id
    assert told.pop("created_at") == told.pop("updated_at")
    assert told.pop("author") == {
        "id": bob.user_id,
        "username": "bob",
        "display_name": "Bob",
        "avatar_url": "https://media.showreel.example/public/avatar.svg",
        "verified": False,
    }
    assert told == {
        "video_id": video_id,
        "user_id": bob.user_id,
        "parent_comment_id": None,
        "content": "First!\nSecond line",
        "like_count": 0,
        "dislike_count": 0,
        "reply_count": 0,
        "edited": False,
        "removed": False,
        "held": False,
        "user_interaction": {"liked": False, "disliked": False},
    }


def test_answer_goes_under_what_it_answers(ready: Make, ada: Someone, bob: Someone) -> None:
    video_id = ready()
    first = said(bob, video_id, "First")
    reply = said(ada, video_id, "Thanks", first["id"])
    assert reply["parent_comment_id"] == first["id"]
    [shown] = comments(bob, video_id).json["comments"]
    assert (shown["id"], shown["reply_count"]) == (first["id"], 1)


def test_answer_to_an_answer_goes_under_the_same_comment(ready: Make, ada: Someone, bob: Someone) -> None:
    video_id = ready()
    first = said(bob, video_id, "First")
    reply = said(ada, video_id, "Thanks", first["id"])
    again = said(bob, video_id, "You are welcome", reply["id"])
    assert again["parent_comment_id"] == first["id"]
    assert contents(replies(bob, first["id"])) == ["Thanks", "You are welcome"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "content"),
        ({"content": ""}, "content"),
        ({"content": " \n "}, "content"),
        ({"content": None}, "content"),
        ({"content": 5}, "content"),
        ({"content": "x" * 1001}, "content"),
        ({"content": "a\u0000b"}, "content"),
        ({"content": "a\u202eb"}, "content"),
        ({"content": "fine", "parent_comment_id": "none"}, "parent_comment_id"),
        ({"content": "fine", "parent_comment_id": new_id()}, "parent_comment_id"),
        ({"content": "fine", "like_count": 5}, "like_count"),
        ({"content": "fine", "user_id": "me"}, "user_id"),
    ],
)
def test_bad_comment_names_its_field_and_changes_nothing(
    ready: Make, bob: Someone, stage: Stage, body: dict[str, Any], field: str
) -> None:
    from functions.api.comments.create_comment import handler

    video_id = ready()
    before = stage.rows(COUNTS)
    answer = bob.call(handler, "POST", f"/api/videos/{video_id}/comments", body)
    assert (answer.status, answer.error["code"]) == (422, "VALIDATION_ERROR")
    assert list(answer.error["field_errors"]) == [field]
    assert stage.rows(COMMENTS) == []
    assert stage.rows(COUNTS) == before


def test_case_56_markup_is_text_and_the_longest_one_is_taken(ready: Make, bob: Someone) -> None:
    video_id = ready()
    for text in ("<script>alert('&')</script>", "é" * 1000, "=1+1", "👩‍👩‍👧 \u200f"):
        assert said(bob, video_id, text)["content"] == text.strip()


def test_case_31_comment_of_another_video_is_no_parent(ready: Make, bob: Someone) -> None:
    elsewhere = said(bob, ready(), "Elsewhere")
    answer = say(bob, ready(), "Here", elsewhere["id"])
    assert answer.status == 422
    assert "parent_comment_id" in answer.error["field_errors"]


def test_who_cannot_see_the_video_cannot_comment(
    ready: Make, running: Make, ada: Someone, bob: Someone, stage: Stage
) -> None:
    gone = ready()
    assert ada.call(delete, "DELETE", f"/api/videos/{gone}").status == 200
    for video_id in (ready(visibility="private"), running(), gone, new_id()):
        assert say(bob, video_id).status == 404
    assert stage.rows(COMMENTS) == []
    assert say(ada, ready(visibility="private")).status == 201
    assert say(bob, ready(visibility="unlisted")).status == 201


def test_strangers_and_viewers_write_nothing(ready: Make, someone: Any) -> None:
    video_id = ready()
    assert say(NOBODY, video_id).status == 401
    assert say(someone("mallory", "viewer"), video_id).status == 403


def test_it_is_a_read_and_a_transaction_of_few_units(ready: Make, ada: Someone, bob: Someone, stage: Stage) -> None:
    video_id = ready()
    first = said(bob, video_id)
    for parent, writes in (("", ["Update", "Put", "Update"]), (first["id"], ["Update", "Put", "Update", "Update"])):
        calls = without_guards(stage, functools.partial(said, bob, video_id, "Nice", parent))
        assert calls == ["dynamodb:BatchGetItem", "dynamodb:TransactWriteItems"]
        written = stage.calls[-1].parameters["TransactItems"]
        assert [name for write in written for name in write] == writes


def test_case_41_thirty_an_hour(ready: Make, bob: Someone, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RATE_SCALE", "1")
    video_id = ready()
    assert {say(bob, video_id).status for _ in range(30)} == {201}
    answer = say(bob, video_id)
    assert (answer.status, answer.error["code"]) == (429, "RATE_LIMITED")
    assert int(answer.headers["retry-after"]) > 0


def test_repeat_under_an_idempotency_key_is_one_comment(ready: Make, bob: Someone) -> None:
    video_id, headers = ready(), {"idempotency-key": "one"}
    first, again = (say(bob, video_id, "Once", headers=headers) for _ in range(2))
    assert again.json == first.json
    assert again.headers["idempotent-replayed"] == "true"
    assert comments(bob, video_id).json["pagination"]["total_items"] == 1
