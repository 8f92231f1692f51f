"""DELETE /api/comments/{comment_id}."""

from typing import Any

import pytest

from functions.api.comments.delete_comment import handler
from functions.api.videos.edit_video import handler as edit_video
from shared.base.ids import new_id
from shared.contract.limits import DAY
from shared.contract.resources import AUDIT, COMMENTS
from tests.api import Answer
from tests.aws import Stage
from tests.callers import api_key
from tests.clock import TurnedClock
from tests.functions.api.comments.conftest import (
    NOBODY,
    Make,
    comments,
    contents,
    numbers,
    replies,
    said,
    say,
    without_guards,
)
from tests.functions.api.videos.conftest import Someone


def remove(who: Someone, comment_id: str) -> Answer:
    return who.call(handler, "DELETE", f"/api/comments/{comment_id}")


def test_removed_comment_is_gone_and_a_repeat_answers_the_same(ready: Make, bob: Someone, stage: Stage) -> None:
    video_id = ready()
    comment = said(bob, video_id)
    for _ in range(3):
        answer = remove(bob, comment["id"])
        assert (answer.status, answer.json) == (200, {"success": True, "message": "Comment deleted"})
    assert comments(bob, video_id).json["pagination"]["total_items"] == 0
    assert contents(comments(bob, video_id, "sort=top")) == []
    assert numbers(video_id) == {"comments": 0, "threads": 0}
    assert say(bob, video_id, "Hello?", comment["id"]).status == 422


def test_nothing_but_who_removed_it_is_left_for_a_day(
    ready: Make, ada: Someone, bob: Someone, stage: Stage, turned_clock: TurnedClock
) -> None:
    comment = said(bob, ready(), "A secret")
    assert remove(ada, comment["id"]).status == 200
    [row] = stage.rows(COMMENTS)
    assert row == {
        "comment_id": {"S": comment["id"]},
        "author_id": {"S": ada.user_id},
        "removed": {"BOOL": True},
        "expires_at": {"N": str(int(turned_clock.seconds) + DAY)},
    }


def test_what_a_moderator_removes_is_told_in_the_trail(
    ready: Make, ada: Someone, bob: Someone, someone: Any, stage: Stage
) -> None:
    video_id = ready()
    own, other, third = (said(bob, video_id)["id"] for _ in range(3))
    assert [remove(who, one).status for who, one in ((bob, own), (ada, other))] == [200, 200]
    assert stage.rows(AUDIT) == []
    head = someone("head", "admin")
    for _ in range(2):
        assert remove(head, third).status == 200
    [row] = stage.rows(AUDIT)
    assert (row["action"]["S"], row["target"]["S"]) == ("comment.removed", third)
    assert row["details"]["M"] == {"author": {"S": bob.user_id}, "video": {"S": video_id}}


def test_removed_comment_with_replies_keeps_its_place_without_a_word(ready: Make, ada: Someone, bob: Someone) -> None:
    video_id = ready()
    comment = said(bob, video_id, "A secret")
    said(ada, video_id, "A reply", comment["id"])
    for _ in range(2):
        assert remove(bob, comment["id"]).status == 200
    for query in ("", "sort=top"):
        [shown] = comments(NOBODY, video_id, query).json["comments"]
        assert (shown["id"], shown["removed"], shown["content"]) == (comment["id"], True, "")
        assert shown["author"] is shown["user_id"] is None
        assert shown["reply_count"] == 1
    assert contents(replies(NOBODY, comment["id"])) == ["A reply"]
    assert numbers(video_id) == {"comments": 1, "threads": 1}
    assert say(ada, video_id, "More", comment["id"]).status == 422


def test_last_reply_takes_a_removed_comment_along(ready: Make, ada: Someone, bob: Someone, stage: Stage) -> None:
    video_id = ready()
    comment = said(bob, video_id)
    first, last = (said(ada, video_id, text, comment["id"])["id"] for text in ("first", "last"))
    assert remove(bob, comment["id"]).status == 200
    assert remove(ada, first).status == 200
    assert contents(comments(bob, video_id)) == [""]
    calls = without_guards(stage, lambda: remove(ada, last))
    assert calls == ["dynamodb:GetItem", *["dynamodb:TransactWriteItems"] * 2]
    assert contents(comments(bob, video_id)) == []
    assert numbers(video_id) == {"comments": 0, "threads": 0}
    assert replies(bob, comment["id"]).status == 404
    for who, one in ((ada, first), (ada, last), (bob, comment["id"])):
        assert remove(who, one).status == 200
    assert numbers(video_id) == {"comments": 0, "threads": 0}


def test_reply_is_counted_down_where_it_was(ready: Make, ada: Someone, bob: Someone) -> None:
    video_id = ready()
    comment = said(bob, video_id)
    reply = said(ada, video_id, "A reply", comment["id"])
    assert remove(ada, reply["id"]).status == 200
    assert comments(bob, video_id).json["comments"][0]["reply_count"] == 0
    assert contents(replies(bob, comment["id"])) == []
    assert numbers(video_id) == {"comments": 1, "threads": 1}


def test_owner_of_the_video_and_administrators_may(ready: Make, ada: Someone, bob: Someone, someone: Any) -> None:
    video_id = ready()
    for who in (ada, someone("head", "admin")):
        comment = said(bob, video_id)
        assert [remove(who, comment["id"]).status for _ in range(2)] == [200, 200]
        assert remove(bob, comment["id"]).status == 404
    assert contents(comments(bob, video_id)) == []


def test_case_30_nobody_else_removes(ready: Make, bob: Someone, eve: Someone, someone: Any, stage: Stage) -> None:
    video_id = ready()
    comment = said(bob, video_id)
    assert remove(NOBODY, comment["id"]).status == 401
    assert remove(someone("mallory", "viewer"), comment["id"]).status == 403
    mine, random = remove(eve, comment["id"]), remove(eve, new_id())
    assert (mine.status, mine.error["message"]) == (random.status, random.error["message"])
    assert mine.status == 404
    head = someone("head", "admin")
    key = api_key(stage, head.user_id, "comments:write")
    assert remove(Someone(token=key), comment["id"]).status == 404, "a key of an administrator is no administrator"
    assert contents(comments(bob, video_id)) == ["Nice"]


def test_author_removes_what_they_cannot_see_any_more(ready: Make, ada: Someone, bob: Someone) -> None:
    video_id = ready()
    comment = said(bob, video_id)
    assert ada.call(edit_video, "PATCH", f"/api/videos/{video_id}", {"visibility": "private"}).status == 200
    assert remove(bob, comment["id"]).status == 200
    assert contents(comments(ada, video_id)) == []


@pytest.mark.parametrize("with_reply", [False, True])
def test_it_is_a_read_and_a_transaction(ready: Make, bob: Someone, stage: Stage, with_reply: bool) -> None:
    video_id = ready()
    comment = said(bob, video_id)
    if with_reply:
        said(bob, video_id, "Me again", comment["id"])
    calls = without_guards(stage, lambda: remove(bob, comment["id"]))
    assert calls == ["dynamodb:GetItem", "dynamodb:TransactWriteItems"]
