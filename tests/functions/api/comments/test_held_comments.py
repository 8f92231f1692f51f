"""Comments that wait until whose video they are on has looked at them."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from functions.api.comments import (
    approve_comment,
    delete_comment,
    discard_comment,
    edit_comment,
    get_holding,
    list_held_comments,
    set_holding,
)
from functions.api.reactions import like_comment
from functions.api.videos.delete_video import handler as delete_video
from shared.base import clock
from shared.base.ids import new_id
from shared.contract.resources import COMMENTS
from shared.domains.comments.service.holding import KEPT_SECONDS
from shared.domains.comments.store.held import HELD_SECONDS
from tests.api import Answer, call_in_a_thread
from tests.aws import Stage
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
from tests.streams import streamed

SETTINGS, HELD = "/api/comments/settings", "/api/comments/held"


def wish(who: Someone, **body: Any) -> Answer:
    return who.call(set_holding.handler, "PUT", SETTINGS, body)


def queue(who: Someone, query: str = "") -> Answer:
    return who.call(list_held_comments.handler, "GET", HELD, query=query)


def written(who: Someone) -> list[str]:
    return contents(queue(who, "written=true"))


def approve(who: Someone, comment_id: str) -> Answer:
    return who.call(approve_comment.handler, "POST", f"{HELD}/{comment_id}/approve")


def discard(who: Someone, comment_id: str) -> Answer:
    return who.call(discard_comment.handler, "DELETE", f"{HELD}/{comment_id}")


def test_settings_are_kept_as_they_were_sent(ada: Someone, bob: Someone) -> None:
    def settings(who: Someone) -> Any:
        return who.call(get_holding.handler, "GET", SETTINGS).json

    assert settings(ada) == {"held_words": [], "hold_all": False}
    told = {"held_words": ["Spam", "buy now"], "hold_all": True}
    assert wish(ada, held_words=[" Spam ", "buy now", "Spam"], hold_all=True).json == settings(ada) == told
    assert settings(bob) == {"held_words": [], "hold_all": False}
    assert wish(ada).json == settings(ada) == {"held_words": [], "hold_all": False}


@pytest.mark.parametrize(
    "body",
    [
        {"held_words": ["a"] * 201},
        {"held_words": ["a" * 61]},
        {"held_words": [""]},
        {"held_words": [" ... "]},
        {"held_words": "spam"},
        {"hold_all": "perhaps"},
        {"words": []},
    ],
    ids=str,
)
def test_bad_settings_change_nothing(ada: Someone, stage: Stage, body: dict[str, Any]) -> None:
    assert wish(ada, **body).status == 422
    assert stage.rows(COMMENTS) == []


def test_held_comment_is_seen_by_its_author_and_whose_video_it_is_alone(
    ready: Make, ada: Someone, bob: Someone, eve: Someone
) -> None:
    video_id = ready()
    wish(ada, held_words=["spam"])
    told = said(bob, video_id, "Buy SPÁM, now")
    assert told["held"] is True
    assert said(bob, video_id, "Fine")["held"] is False
    for who in (ada, bob, eve, NOBODY):
        assert contents(comments(who, video_id)) == ["Fine"]
    assert numbers(video_id) == {"comments": 1, "threads": 1}
    [waiting] = queue(ada).json["comments"]
    assert waiting == told
    assert (written(bob), written(ada), written(eve)) == (["Buy SPÁM, now"], [], [])
    assert (contents(queue(bob)), contents(queue(eve))) == ([], [])


def test_approved_comment_is_one_like_all_others(ready: Make, ada: Someone, bob: Someone, stage: Stage) -> None:
    video_id = ready()
    wish(ada, hold_all=True)
    told = said(bob, video_id, "First")
    said(ada, video_id, "My own")
    path = f"/api/comments/{told['id']}"
    assert bob.call(like_comment.handler, "POST", f"{path}/like", {"action": "like"}).status == 404
    calls = without_guards(stage, lambda: approve(ada, told["id"]))
    assert calls == ["dynamodb:BatchGetItem", "dynamodb:TransactWriteItems"]
    assert contents(comments(bob, video_id, "sort=oldest")) == ["First", "My own"], "where it was written"
    assert contents(comments(bob, video_id, "sort=top")) == ["My own", "First"]
    assert (contents(queue(ada)), written(bob)) == ([], [])
    assert bob.call(like_comment.handler, "POST", f"{path}/like", {"action": "like"}).status == 200
    again = approve(ada, told["id"])
    assert (again.status, again.json["like_count"], again.json["held"]) == (200, 1, False)
    assert numbers(video_id) == {"comments": 2, "threads": 2}


def test_approved_at_once_by_many_it_counts_once(ready: Make, ada: Someone, bob: Someone) -> None:
    video_id = ready()
    wish(ada, hold_all=True)
    path = f"{HELD}/{said(bob, video_id)['id']}/approve"

    def ask(_: int) -> int:
        return call_in_a_thread(approve_comment.handler, "POST", path, token=ada.token).status

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(ask, range(8))) == [200] * 8
    assert numbers(video_id) == {"comments": 1, "threads": 1}
    assert contents(comments(bob, video_id)) == ["Nice"]


@pytest.mark.parametrize("consumer", ["on_comment_changed", "on_comment_written"])
def test_people_are_told_once_it_is_approved(
    ready: Make, ada: Someone, bob: Someone, stage: Stage, consumer: str
) -> None:
    video_id = ready()
    wish(ada, hold_all=True)
    with streamed(stage, consumer) as streams:
        told = said(bob, video_id)
        discarded = said(bob, video_id)
        heard = [stage.calls_of(streams.tell)]
        assert discard(bob, discarded["id"]).status == 200
        heard.append(stage.calls_of(streams.tell))
        approve(ada, told["id"])
        heard.append(stage.calls_of(streams.tell))
    made = [[one for one in calls if not one.startswith("dynamodbstreams")] for calls in heard]
    assert (made[:2], bool(made[2])) == ([[], []], True)


def test_answers_wait_too_and_go_under_what_they_answer(
    ready: Make, ada: Someone, bob: Someone, eve: Someone, stage: Stage
) -> None:
    video_id = ready()
    first, other = said(bob, video_id, "First"), said(bob, video_id, "Other")
    wish(ada, hold_all=True)
    answers = [said(eve, video_id, "An answer", one["id"]) for one in (first, other)]
    assert [one["parent_comment_id"] for one in answers] == [first["id"], other["id"]]
    assert say(eve, video_id, "To what waits", answers[0]["id"]).status == 422
    assert approve(ada, answers[0]["id"]).status == 200
    assert contents(replies(NOBODY, first["id"])) == ["An answer"]
    assert numbers(video_id) == {"comments": 3, "threads": 2}
    assert bob.call(delete_comment.handler, "DELETE", f"/api/comments/{other['id']}").status == 200
    before = stage.rows(COMMENTS)
    assert approve(ada, answers[1]["id"]).status == 409
    assert stage.rows(COMMENTS) == before
    assert discard(ada, answers[1]["id"]).status == 200


def test_others_can_do_nothing_to_what_waits(ready: Make, ada: Someone, bob: Someone, eve: Someone) -> None:
    wish(ada, hold_all=True)
    waiting, seen = said(bob, ready())["id"], said(ada, ready())["id"]
    for one in (waiting, seen, new_id()):
        assert approve(eve, one).status == discard(eve, one).status == 404
    assert approve(bob, waiting).status == 404, "nobody approves their own"
    assert discard(ada, seen).status == 404, "it does not wait"
    assert approve(NOBODY, waiting).status == discard(NOBODY, waiting).status == queue(NOBODY).status == 401
    assert contents(queue(ada)) == ["Nice"]
    for who in (ada, bob):
        assert discard(bob, said(bob, ready())["id"]).status == 200
        assert discard(who, waiting).status == (200 if who is ada else 404)
    assert approve(ada, waiting).status == 404


def test_what_waits_on_a_deleted_video_is_approved_no_more(ready: Make, ada: Someone, bob: Someone) -> None:
    video_id = ready()
    wish(ada, hold_all=True)
    waiting = said(bob, video_id)["id"]
    assert ada.call(delete_video, "DELETE", f"/api/videos/{video_id}").status == 200
    assert approve(ada, waiting).status == 404
    assert numbers(video_id) == {}
    assert discard(ada, waiting).status == 200


def test_edit_brings_in_no_word_that_would_be_held(ready: Make, ada: Someone, bob: Someone) -> None:
    video_id = ready()
    comment = said(bob, video_id, "Fine")
    wish(ada, held_words=["spam"])
    path = f"/api/comments/{comment['id']}"
    refused = bob.call(edit_comment.handler, "PUT", path, {"content": "Spam!"})
    assert (refused.status, list(refused.error["field_errors"])) == (422, ["content"])
    assert contents(comments(NOBODY, video_id)) == ["Fine"]
    assert bob.call(edit_comment.handler, "PUT", path, {"content": "Finer"}).status == 200
    mine = said(ada, video_id, "About spam")
    assert ada.call(edit_comment.handler, "PUT", f"/api/comments/{mine['id']}", {"content": "No spam"}).status == 200


def test_queue_is_read_in_pages_the_latest_first(ready: Make, ada: Someone, bob: Someone, stage: Stage) -> None:
    wish(ada, hold_all=True)
    video_id = ready()
    for number in range(5):
        said(bob, video_id, str(number))
    for who, which in ((ada, ""), (bob, "&written=true")):
        found: list[str] = []
        cursor = ""
        while cursor is not None:
            page = queue(who, f"limit=2&cursor={cursor}{which}")
            found += contents(page)
            cursor = page.json["pagination"]["next_cursor"]
        assert found == ["4", "3", "2", "1", "0"]
        cursor = queue(who, f"limit=2{which}").json["pagination"]["next_cursor"]
        for other, another in ((bob if who is ada else ada, which), (who, "" if which else "&written=true")):
            assert queue(other, f"cursor={cursor}{another}").error["code"] == "INVALID_CURSOR"
        calls = without_guards(stage, lambda who=who, which=which: queue(who, f"limit=2{which}"))
        assert calls == ["dynamodb:Query", "dynamodb:BatchGetItem"]


def test_another_function_feels_new_settings_within_a_minute(
    ready: Make, ada: Someone, bob: Someone, turned_clock: TurnedClock, stage: Stage
) -> None:
    from shared.domains.comments.rules.holding import Holding
    from shared.domains.comments.store.held import keep_holding

    video_id = ready()
    assert said(bob, video_id)["held"] is False
    calls = without_guards(stage, lambda: said(bob, video_id))
    assert calls == ["dynamodb:BatchGetItem", "dynamodb:TransactWriteItems"]
    with stage.unrecorded():
        keep_holding(ada.user_id, Holding(everything=True))
    turned_clock.advance(KEPT_SECONDS - 1)
    assert said(bob, video_id)["held"] is False
    turned_clock.advance(1)
    assert said(bob, video_id)["held"] is True


def test_what_nobody_looks_at_goes(ready: Make, ada: Someone, bob: Someone, stage: Stage) -> None:
    wish(ada, hold_all=True)
    said(bob, ready())
    [ends] = [int(row["expires_at"]["N"]) for row in stage.rows(COMMENTS) if "held_on" in row]
    assert abs(ends - clock.now() - HELD_SECONDS) < 60
