"""POST /api/notifications/read."""

from typing import Any

import pytest

from shared.base.ids import new_id
from tests.aws import Stage
from tests.functions.api.comments.conftest import without_guards
from tests.functions.api.notifications.conftest import Make, listed, read, remove, said
from tests.functions.api.videos.conftest import Someone
from tests.streams import Streams


@pytest.fixture
def ids(ready: Make, bob: Someone, ada: Someone, streams: Streams) -> list[str]:
    """Three notifications of ada's."""
    video_id = ready()
    for number in range(3):
        said(bob, video_id, f"{number}")
    streams.tell()
    return [one["id"] for one in listed(ada).json["notifications"]]


def unread(who: Someone) -> list[str]:
    """The ids of what is unread, which are counted."""
    told = listed(who).json
    found = [one["id"] for one in told["notifications"] if not one["read"]]
    assert told["unread_count"] == len(found)
    return found


def test_some_are_read_and_a_repeat_is_the_same(ada: Someone, ids: list[str]) -> None:
    for _ in range(2):
        answer = read(ada, ids=[ids[1], ids[1], new_id()])
        assert (answer.status, answer.json) == (200, {"unread_count": 2})
        assert unread(ada) == [ids[0], ids[2]]


def test_all_are_read_and_what_comes_later_is_not(
    ada: Someone, bob: Someone, ready: Make, ids: list[str], streams: Streams
) -> None:
    for _ in range(2):
        answer = read(ada, all=True)
        assert (answer.status, answer.json) == (200, {"unread_count": 0})
        assert unread(ada) == []
    said(bob, ready(), "Later")
    streams.tell()
    [new] = unread(ada)
    assert new not in ids
    assert read(ada, ids=[*ids, new]).json == {"unread_count": 0}


def test_what_is_removed_is_unread_no_more(ada: Someone, bob: Someone, ids: list[str], streams: Streams) -> None:
    told = {one["id"]: one["comment"]["id"] for one in listed(ada).json["notifications"]}
    read(ada, ids=ids[:1])
    for one in ids[:2]:
        remove(bob, told[one])
    streams.tell()
    assert unread(ada) == [ids[2]]
    assert read(ada, ids=ids).json == {"unread_count": 0}


def test_ids_of_others_are_passed_over(ada: Someone, bob: Someone, ids: list[str]) -> None:
    assert read(bob, ids=ids).json == {"unread_count": 0}
    assert unread(ada) == ids


def test_bad_request_changes_nothing(ada: Someone, ids: list[str]) -> None:
    bodies: list[dict[str, Any]] = [
        *({}, {"ids": []}, {"ids": ["box"]}, {"all": False}, {"ids": None, "all": None}, {"unread_count": 0}),
        {"ids": [*ids, *(new_id() for _ in range(48))]},
        {"ids": ids, "all": True},
    ]
    assert [read(ada, **body).status for body in bodies] == [422] * len(bodies)
    assert unread(ada) == ids


def test_reading_some_is_two_calls_and_all_one(ada: Someone, ids: list[str], stage: Stage) -> None:
    two = ["dynamodb:BatchGetItem", "dynamodb:TransactWriteItems"]
    assert without_guards(stage, lambda: read(ada, ids=ids[:2])) == two
    assert without_guards(stage, lambda: read(ada, ids=ids[:2])) == two[:1]
    assert without_guards(stage, lambda: read(ada, all=True)) == ["dynamodb:UpdateItem"]
