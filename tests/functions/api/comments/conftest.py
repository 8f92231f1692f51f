"""The same people and videos as for the endpoints of videos, and what they say about them."""

from collections.abc import Callable
from typing import Any

import pytest

from functions.api.comments import create_comment, list_comments, list_replies
from shared.base import counts
from shared.base.tables import read_together
from shared.domains.videos.store.videos import counted_as
from tests.api import Answer
from tests.aws import Stage
from tests.functions.api.videos.conftest import (
    Someone,
    ada,
    awaiting,
    bob,
    ready,
    running,
    someone,
    stage,
    turned_clock,
)

__all__ = ["ada", "awaiting", "bob", "ready", "running", "someone", "stage", "turned_clock"]

Make = Callable[..., Any]
NOBODY = Someone()


def say(who: Someone, video_id: str, content: Any = "Nice", parent: str | None = None, **more: Any) -> Answer:
    """Comment on a video, or answer a comment."""
    body = {"content": content} | ({"parent_comment_id": parent} if parent else {})
    return who.call(create_comment.handler, "POST", f"/api/videos/{video_id}/comments", body, **more)


def said(who: Someone, video_id: str, content: str = "Nice", parent: str | None = None) -> dict[str, Any]:
    """The same, which goes well."""
    answer = say(who, video_id, content, parent)
    assert answer.status == 201, answer.body
    found: dict[str, Any] = answer.json
    return found


def comments(who: Someone, video_id: str, query: str = "") -> Answer:
    """The comments on a video."""
    return who.call(list_comments.handler, "GET", f"/api/videos/{video_id}/comments", query=query)


def replies(who: Someone, comment_id: str, query: str = "") -> Answer:
    """The answers to a comment."""
    return who.call(list_replies.handler, "GET", f"/api/comments/{comment_id}/replies", query=query)


def contents(answer: Answer) -> list[str]:
    """What the comments of a list say."""
    assert answer.status == 200, answer.body
    return [comment["content"] for comment in answer.json["comments"]]


def without_guards(stage: Stage, request: Callable[[], object]) -> list[str]:
    """The calls that a request makes, those of the guards apart."""
    calls = stage.calls_of(request)
    made = stage.calls[-len(calls) :]
    guards = ("-limits", "-sessions", "-operations")
    return [str(call) for call in made if not str(call.parameters.get("TableName")).endswith(guards)]


def numbers(video_id: str) -> dict[str, int]:
    """What is counted of a video."""
    subject = counted_as(video_id)
    items = read_together({counts.table(): counts.keys(subject)})[counts.table()]
    return counts.total(items).get(subject, {})


@pytest.fixture
def eve(someone: Callable[[str], Someone]) -> Someone:
    """Somebody else again."""
    return someone("eve")
