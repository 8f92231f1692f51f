"""Somebody follows somebody: they are told, and told once."""

from collections.abc import Iterator

import pytest

from shared.domains.follows.service.following import FollowService
from shared.domains.notifications.service.reading import NotificationPage, NotificationService
from tests.aws import Stage
from tests.callers import account
from tests.streams import Streams, streamed


@pytest.fixture
def streams(stage: Stage) -> Iterator[Streams]:
    """Tells what has changed when it is asked to."""
    with streamed(stage, "on_follow_changed") as made:
        yield made


def told(user_id: str) -> NotificationPage:
    return NotificationService.open().page(user_id, limit=20)


def test_who_is_followed_is_told_once_for_each_who_follows(stage: Stage, streams: Streams) -> None:
    ada, bob, eve = (account(stage).user_id for _ in range(3))
    follows = FollowService.open()
    for fan in (bob, eve):
        follows.follow(fan, ada)
    streams.tell(times=2)
    page = told(ada)
    assert [(one.kind, one.actor.id, one.read) for one in page.notifications] == [
        ("follow", eve, False),
        ("follow", bob, False),
    ]
    assert (page.unread, page.notifications[0].video, page.notifications[0].comment) == (2, None, None)
    assert told(bob).notifications == []
    NotificationService.open().read_all(ada)
    for _ in range(2):
        follows.unfollow(bob, ada)
        streams.tell()
        assert [one.actor.id for one in told(ada).notifications] == [eve]
        follows.follow(bob, ada)
        streams.tell(times=2)
    assert [(one.actor.id, one.read) for one in told(ada).notifications] == [(eve, True), (bob, True)]
    assert told(ada).unread == 0


def test_calls_of_hearing(stage: Stage, streams: Streams) -> None:
    ada, bob = (account(stage).user_id for _ in range(2))
    FollowService.open().follow(bob, ada)
    assert stage.calls_of(streams.tell) == [
        "dynamodb:BatchGetItem",
        "dynamodb:Query",
        "dynamodb:BatchGetItem",
        "dynamodb:TransactWriteItems",
    ]
    FollowService.open().unfollow(bob, ada)
    assert stage.calls_of(streams.tell) == [
        "dynamodb:BatchGetItem",
        "dynamodb:UpdateItem",
        "dynamodb:Query",
        "dynamodb:BatchGetItem",
        "dynamodb:TransactWriteItems",
    ]
