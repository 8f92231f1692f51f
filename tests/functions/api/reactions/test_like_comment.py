"""POST /api/comments/{comment_id}/like."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from functions.api.comments.delete_comment import handler as delete_comment
from functions.api.reactions.like_comment import handler
from functions.api.videos.edit_video import handler as edit_video
from shared.base.ids import new_id
from shared.contract.limits import LIKES
from shared.contract.resources import REACTIONS
from shared.domains.comments.service.removing import RemovalService
from shared.domains.reactions.service import reacting
from shared.domains.videos.service.catalogue import CatalogueService
from tests.api import Answer
from tests.aws import Stage
from tests.functions.api.comments.conftest import Make, comments, contents, said
from tests.functions.api.reactions.conftest import READ, WRITE, kept, told
from tests.functions.api.videos.conftest import Someone


def like(comment_id: str, who: Someone, action: str = "like") -> Answer:
    return who.call(handler, "POST", f"/api/comments/{comment_id}/like", {"action": action})


@pytest.fixture
def video_id(ready: Make) -> str:
    return str(ready())


@pytest.fixture
def comment_id(video_id: str, ada: Someone) -> str:
    """A comment of ada's on a video of hers."""
    return str(said(ada, video_id)["id"])


def test_each_action_from_each_state(comment_id: str, ada: Someone, bob: Someone) -> None:
    assert told(like(comment_id, bob, "remove")) == ("none", 0, 0)
    assert told(like(comment_id, bob, "like")) == ("liked", 1, 0)
    assert told(like(comment_id, ada, "like")) == ("liked", 2, 0)
    assert told(like(comment_id, bob, "like")) == ("liked", 2, 0)
    assert told(like(comment_id, bob, "dislike")) == ("disliked", 1, 1)
    assert told(like(comment_id, bob, "dislike")) == ("disliked", 1, 1)
    assert told(like(comment_id, bob, "remove")) == ("none", 1, 0)
    assert told(like(comment_id, bob, "remove")) == ("none", 1, 0)


def test_lists_tell_it_and_what_the_caller_thinks(video_id: str, ada: Someone, bob: Someone, eve: Someone) -> None:
    first, second = said(ada, video_id, "First")["id"], said(ada, video_id, "Second")["id"]
    reply = said(ada, video_id, "Reply", first)["id"]
    for who, one in ((bob, first), (eve, first), (bob, reply)):
        assert like(one, who).status == 200
    assert like(second, bob, "dislike").status == 200
    assert contents(comments(eve, video_id, "sort=newest")) == ["Second", "First"]
    top = comments(bob, video_id, "sort=top")
    assert contents(top) == ["First", "Second"]
    assert [(one["like_count"], one["dislike_count"]) for one in top.json["comments"]] == [(2, 0), (0, 1)]
    assert [one["user_interaction"] for one in top.json["comments"]] == [
        {"liked": True, "disliked": False},
        {"liked": False, "disliked": True},
    ]


def test_two_reads_and_one_write_that_is_left_out_when_nothing_changes(
    comment_id: str, bob: Someone, stage: Stage
) -> None:
    like(comment_id, bob)
    rows = kept(stage)

    def calls(action: str) -> list[str]:
        """Those of a caller who is known, but for leases on the general limits."""
        made = stage.calls_of(lambda: like(comment_id, bob, action))
        return [call for call in made if call != "dynamodb:UpdateItem"]

    assert calls("like") == [READ, "dynamodb:GetItem"]
    assert kept(stage) == rows
    assert calls("dislike") == [READ, "dynamodb:GetItem", WRITE]
    assert calls("remove") == [READ, "dynamodb:GetItem", WRITE]
    assert calls("remove") == [READ, "dynamodb:GetItem"]
    written = [call.parameters["TransactItems"] for call in stage.calls if str(call) == WRITE]
    assert [sorted(kind for write in writes for kind in write) for writes in written[-2:]] == [
        ["Put", "Update", "Update"],
        ["Delete", "Update", "Update"],
    ]
    assert stage.rows(REACTIONS) == []


def test_what_one_may_not_see_cannot_be_liked(
    ready: Make, video_id: str, comment_id: str, ada: Someone, bob: Someone, stage: Stage
) -> None:
    removed, on_gone = said(bob, video_id)["id"], ready()
    orphan = said(bob, on_gone)["id"]
    bob.call(delete_comment, "DELETE", f"/api/comments/{removed}")
    CatalogueService.open().delete(on_gone, ada.user_id)
    assert told(like(comment_id, bob)) == ("liked", 1, 0)
    ada.call(edit_video, "PATCH", f"/api/videos/{video_id}", {"visibility": "private"})
    rows = kept(stage)
    unknown = like(new_id(), bob)
    for one, action in ((removed, "like"), (orphan, "like"), (comment_id, "like"), (comment_id, "remove")):
        answer = like(one, bob, action)
        assert (answer.status, answer.error["code"]) == (404, "NOT_FOUND")
        assert answer.error["message"] == unknown.error["message"]
    assert kept(stage) == rows
    assert told(like(comment_id, ada)) == ("liked", 2, 0)


def test_a_comment_that_is_removed_meanwhile_is_not_found(
    video_id: str, bob: Someone, eve: Someone, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    comment_id, original, fired = said(bob, video_id)["id"], reacting.write_together, list[str]()

    def write_together(*writes: dict[str, object]) -> object:
        if not fired:
            fired.append("removed")
            RemovalService.open().remove(comment_id, bob.user_id, moderates=False)
        return original(*writes)

    monkeypatch.setattr(reacting, "write_together", write_together)
    assert like(comment_id, eve).status == 404
    assert fired == ["removed"]
    assert stage.rows(REACTIONS) == []


def test_somebody_who_is_not_logged_in_or_only_watches(comment_id: str, someone: Callable[..., Someone]) -> None:
    assert like(comment_id, Someone()).status == 401
    assert like(comment_id, someone("vera", "viewer")).status == 403


def test_a_hundred_changes_a_minute(
    comment_id: str, video_id: str, bob: Someone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reacting, "LIKES", replace(LIKES, amount=2))
    monkeypatch.setenv("RATE_SCALE", "1")
    assert [like(comment_id, bob, action).status for action in ("like", "dislike", "like")] == [200, 200, 429]
    assert told(like(comment_id, bob, "dislike")) == ("disliked", 0, 1), "what changes nothing takes nothing"
