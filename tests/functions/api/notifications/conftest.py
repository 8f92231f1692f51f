"""People, videos and comments, and what is told of them: the streams lead to functions as AWS leads them."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from functions.api.comments import delete_comment
from functions.api.follows import follow_user, unfollow_user
from functions.api.notifications import list_notifications, read_notifications
from tests.api import Answer
from tests.aws import Stage
from tests.functions.api.comments.conftest import eve, said
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
from tests.streams import Streams, streamed

__all__ = ["ada", "awaiting", "bob", "eve", "ready", "running", "said", "someone", "stage", "turned_clock"]

Make = Callable[..., Any]


@pytest.fixture(autouse=True)
def streams(stage: Stage) -> Iterator[Streams]:
    """Tells what has changed when it is asked to."""
    with streamed(stage, "on_comment_changed") as made:
        yield made


def listed(who: Someone, query: str = "") -> Answer:
    """What somebody is told."""
    return who.call(list_notifications.handler, "GET", "/api/notifications", query=query)


def told(who: Someone) -> list[tuple[str, str]]:
    """The same as kinds, and who did it."""
    answer = listed(who)
    assert answer.status == 200, answer.body
    assert answer.json["unread_count"] == sum(not one["read"] for one in answer.json["notifications"])
    return [(one["kind"], one["actor"]["username"]) for one in answer.json["notifications"]]


def read(who: Someone, **body: Any) -> Answer:
    """Mark some or all as read."""
    return who.call(read_notifications.handler, "POST", "/api/notifications/read", body)


def remove(who: Someone, comment_id: str) -> None:
    """Remove a comment."""
    path = f"/api/comments/{comment_id}"
    answer = who.call(delete_comment.handler, "DELETE", path, parameters={"comment_id": comment_id})
    assert answer.status == 200, answer.body


def follow(who: Someone, other: Someone, *, ends: bool = False) -> None:
    """Follow somebody, or do so no more."""
    path, handler = f"/api/users/{other.user_id}/follow", (unfollow_user if ends else follow_user).handler
    answer = who.call(handler, "DELETE" if ends else "POST", path, parameters={"user_id": other.user_id})
    assert answer.status == 200, answer.body
