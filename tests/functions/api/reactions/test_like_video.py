"""POST /api/videos/{video_id}/like."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from functions.api.reactions.like_video import handler
from functions.api.videos.edit_video import handler as edit_video
from functions.api.videos.get_video import handler as get_video
from shared.base.ids import new_id
from shared.contract.limits import LIKES
from shared.contract.resources import COUNTS, REACTIONS
from shared.domains.reactions.service import reacting
from shared.domains.videos.service.catalogue import CatalogueService
from tests.api import Answer
from tests.aws import Stage
from tests.functions.api.reactions.conftest import READ, WRITE, told
from tests.functions.api.videos.conftest import Make, Someone


def like(video_id: str, who: Someone, action: str = "like") -> Answer:
    return who.call(handler, "POST", f"/api/videos/{video_id}/like", {"action": action})


def shown(video_id: str, who: Someone | None = None) -> tuple[int, int]:
    found = (who or Someone()).call(get_video, "GET", f"/api/videos/{video_id}").json
    return found["like_count"], found["dislike_count"]


def test_each_action_from_each_state(ready: Make, ada: Someone, bob: Someone) -> None:
    video_id = ready()
    assert told(like(video_id, bob, "remove")) == ("none", 0, 0)
    assert told(like(video_id, bob, "like")) == ("liked", 1, 0)
    assert told(like(video_id, ada, "like")) == ("liked", 2, 0)
    assert told(like(video_id, bob, "like")) == ("liked", 2, 0)
    assert told(like(video_id, bob, "dislike")) == ("disliked", 1, 1)
    assert told(like(video_id, bob, "dislike")) == ("disliked", 1, 1)
    assert told(like(video_id, bob, "remove")) == ("none", 1, 0)
    assert told(like(video_id, bob, "dislike")) == ("disliked", 1, 1)
    assert told(like(video_id, bob, "like")) == ("liked", 2, 0)
    assert [shown(video_id, who) for who in (None, ada, bob)] == [(2, 0)] * 3


def test_two_calls_and_one_when_nothing_changes(ready: Make, bob: Someone, stage: Stage) -> None:
    video_id = ready()

    like(ready(), bob)

    def calls(action: str) -> list[str]:
        """Those of a caller who is known, but for leases on the general limits."""
        made = stage.calls_of(lambda: like(video_id, bob, action))
        return [call for call in made if call != "dynamodb:UpdateItem"]

    assert calls("like") == [READ, WRITE]
    rows = stage.rows(REACTIONS), stage.rows(COUNTS)
    assert calls("like") == [READ]
    assert (stage.rows(REACTIONS), stage.rows(COUNTS)) == rows
    assert calls("dislike") == [READ, WRITE]
    assert calls("remove") == [READ, WRITE]
    assert len(stage.rows(REACTIONS)) == 1
    assert calls("remove") == [READ]
    written = [call.parameters["TransactItems"] for call in stage.calls if str(call) == WRITE]
    assert [sorted(kind for write in writes for kind in write) for writes in written[-3:]] == [
        ["Put", "Update", "Update"],
        ["Put", "Update", "Update"],
        ["Delete", "Update", "Update"],
    ]


def test_one_call_shows_a_video_with_its_counts(ready: Make, bob: Someone, stage: Stage) -> None:
    video_id = ready()
    shown(video_id)
    made = stage.calls_of(lambda: shown(video_id))
    assert [call for call in made if call != "dynamodb:UpdateItem"] == [READ]
    anonymous, known = (stage.calls_of(lambda who=who: shown(video_id, who)) for who in (None, bob))
    assert anonymous.count(READ) == known.count(READ) == 1
    read = [call.parameters["RequestItems"] for call in stage.calls if str(call) == READ]
    assert [{one["ConsistentRead"] for one in tables.values()} for tables in read[-2:]] == [{False}, {True}]


def test_counts_of_an_edited_video(ready: Make, ada: Someone, bob: Someone) -> None:
    video_id = ready()
    like(video_id, bob, "dislike")
    edited = ada.call(edit_video, "PATCH", f"/api/videos/{video_id}", {"title": "New"}).json
    assert (edited["title"], edited["like_count"], edited["dislike_count"]) == ("New", 0, 1)


def test_what_one_may_not_see_cannot_be_liked(
    ready: Make, running: Make, ada: Someone, bob: Someone, stage: Stage
) -> None:
    hidden, unready, gone = ready(visibility="private"), running(), ready()
    CatalogueService.open().delete(gone, ada.user_id)
    counted, unknown = stage.rows(COUNTS), like(new_id(), bob)
    for video_id in (hidden, unready, gone):
        answer = like(video_id, bob)
        assert (answer.status, answer.error["code"]) == (404, "NOT_FOUND")
        assert answer.error["message"] == unknown.error["message"]
    assert like(gone, ada).status == 404
    assert (stage.rows(REACTIONS), stage.rows(COUNTS)) == ([], counted)
    assert told(like(hidden, ada)) == ("liked", 1, 0)
    assert told(like(ready(visibility="unlisted"), bob)) == ("liked", 1, 0)


def test_somebody_who_is_not_logged_in_or_only_watches(ready: Make, someone: Callable[..., Someone]) -> None:
    video_id = ready()
    assert like(video_id, Someone()).status == 401
    assert like(video_id, someone("vera", "viewer")).status == 403


@pytest.mark.parametrize("body", [{}, {"action": "love"}, {"action": None}, {"action": "like", "like_count": 9}, []])
def test_a_wish_that_is_none(ready: Make, bob: Someone, stage: Stage, body: object) -> None:
    answer = bob.call(handler, "POST", f"/api/videos/{ready()}/like", body)
    assert (answer.status, answer.error["code"]) == (422, "VALIDATION_ERROR")
    assert stage.rows(REACTIONS) == []


def test_a_hundred_changes_a_minute(ready: Make, bob: Someone, stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    video_id = ready()
    assert (LIKES.amount, LIKES.seconds) == (100, 60)
    monkeypatch.setattr(reacting, "LIKES", replace(LIKES, amount=3))
    monkeypatch.setenv("RATE_SCALE", "1")
    for action in ("like", "dislike", "like"):
        assert like(video_id, bob, action).status == 200
    rows = stage.rows(REACTIONS), stage.rows(COUNTS)
    refused = like(video_id, bob, "remove")
    assert (refused.status, refused.error["code"]) == (429, "RATE_LIMITED")
    assert 1 <= int(refused.headers["retry-after"]) <= 61
    assert (stage.rows(REACTIONS), stage.rows(COUNTS)) == rows
    assert told(like(video_id, bob)) == ("liked", 1, 0), "what changes nothing takes nothing"
