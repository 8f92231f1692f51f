"""GET /api/notifications."""

import pytest

from shared.contract.limits import DAY
from shared.contract.resources import COMMENTS, NOTIFICATIONS
from shared.domains.notifications.store.notifications import NotificationStore
from tests.aws import Stage
from tests.clock import TurnedClock
from tests.functions.api.comments.conftest import without_guards
from tests.functions.api.notifications.conftest import Make, listed, read, remove, said, told
from tests.functions.api.videos.conftest import Someone
from tests.streams import Streams


def test_comment_is_told_to_whose_video_it_is_with_all_its_fields(
    ready: Make, ada: Someone, bob: Someone, streams: Streams
) -> None:
    video_id = ready(title="Holiday")
    comment = said(bob, video_id, "First!")
    streams.tell()
    answer = listed(ada)
    assert answer.status == 200
    [notification] = answer.json["notifications"]
    assert notification.pop("id")
    assert notification.pop("created_at") >= comment["created_at"]
    picture = "https://media.showreel.example/public/avatar.svg"
    assert notification == {
        "kind": "comment",
        "read": False,
        "actor": {"id": bob.user_id, "username": "bob", "display_name": "Bob", "avatar_url": picture},
        "video": {"id": video_id, "title": "Holiday"},
        "comment": {"id": comment["id"], "parent_comment_id": None, "content": "First!"},
    }
    assert answer.json["unread_count"] == 1
    assert answer.json["pagination"] == {
        "current_page": 1,
        "total_pages": 1,
        "total_items": 1,
        "total_is_capped": False,
        "has_next": False,
        "has_prev": False,
        "next_cursor": None,
    }
    assert told(bob) == []


def test_answer_is_told_to_who_is_answered_and_once_where_the_video_is_theirs_too(
    ready: Make, ada: Someone, bob: Someone, eve: Someone, streams: Streams
) -> None:
    video_id = ready()
    of_bob, of_ada = said(bob, video_id, "First"), said(ada, video_id, "Mine")
    said(eve, video_id, "To bob", of_bob["id"])
    said(eve, video_id, "To ada", of_ada["id"])
    said(bob, video_id, "To myself", of_bob["id"])
    streams.tell()
    assert told(bob) == [("reply", "eve")]
    assert sorted(told(ada)) == [("comment", "bob"), ("comment", "bob"), ("comment", "eve"), ("reply", "eve")]
    assert told(eve) == []


def test_what_is_told_again_is_told_once(ready: Make, ada: Someone, bob: Someone, streams: Streams) -> None:
    said(bob, ready(), "First")
    streams.tell(times=3)
    assert told(ada) == [("comment", "bob")]
    read(ada, all=True)
    streams.rewind()
    streams.tell()
    assert told(ada) == [("comment", "bob")]
    assert listed(ada).json["unread_count"] == 0


@pytest.mark.parametrize("times", [1, 2])
def test_removed_comment_is_not_told_even_before_that_is_heard(
    ready: Make, ada: Someone, bob: Someone, eve: Someone, streams: Streams, stage: Stage, times: int
) -> None:
    video_id = ready()
    first = said(bob, video_id, "First")
    answer = said(eve, video_id, "Answer", first["id"])
    streams.tell(times)
    remove(bob, first["id"])
    assert "First" not in listed(ada).body
    streams.tell(times)
    assert told(ada) == [("comment", "eve")]
    assert told(bob) == [("reply", "eve")]
    remove(eve, answer["id"])
    streams.tell(times)
    assert told(ada) == told(bob) == []
    assert [row["notification_id"]["S"] for row in stage.rows(NOTIFICATIONS)] == ["box", "box"]


def test_what_was_removed_before_it_was_heard_of_is_never_told(
    ready: Make, ada: Someone, bob: Someone, streams: Streams
) -> None:
    comment = said(bob, ready(), "Oops")
    remove(bob, comment["id"])
    streams.tell()
    assert told(ada) == []
    assert listed(ada).json["unread_count"] == 0


def test_who_does_not_want_to_know_is_not_told(
    ready: Make, ada: Someone, bob: Someone, streams: Streams, stage: Stage
) -> None:
    from shared.domains.accounts.service.profiles import ProfileService

    ProfileService.open().edit(ada.user_id, settings={"notifications": {"comments": False}})
    said(bob, ready(), "First")
    streams.tell()
    assert told(ada) == []
    assert stage.rows(NOTIFICATIONS) == []


def test_pages_hold_each_notification_once(ready: Make, ada: Someone, bob: Someone, streams: Streams) -> None:
    video_id = ready()
    wanted = [said(bob, video_id, f"{number}")["id"] for number in range(5)]
    streams.tell()
    found, cursor = list[str](), ""
    for page in range(3):
        answer = listed(ada, f"limit=2{cursor and f'&cursor={cursor}'}").json
        assert answer["unread_count"] == 5
        assert answer["pagination"]["total_items"] == min(5, 2 * page + 3)
        assert answer["pagination"]["has_prev"] is (page > 0)
        cursor = answer["pagination"]["next_cursor"]
        assert answer["pagination"]["total_is_capped"] is bool(cursor)
        found += [one["comment"]["id"] for one in answer["notifications"]]
    assert sorted(found) == wanted
    assert cursor is None


def test_cursor_of_another_is_refused(ready: Make, ada: Someone, bob: Someone, streams: Streams) -> None:
    video_id = ready()
    for number in range(2):
        said(bob, video_id, f"{number}")
    streams.tell()
    cursor = listed(ada, "limit=1").json["pagination"]["next_cursor"]
    answer = listed(bob, f"limit=1&cursor={cursor}")
    assert (answer.status, answer.error["code"]) == (400, "INVALID_CURSOR")


def test_cursor_of_what_is_kept_no_longer_has_nothing_after_it(
    ready: Make, ada: Someone, bob: Someone, streams: Streams, stage: Stage, turned_clock: TurnedClock
) -> None:
    """DynamoDB refuses a place that is not within what is asked for; here no such place is sent to it."""
    video_id = ready()
    for number in range(2):
        said(bob, video_id, f"{number}")
    streams.tell()
    [place, _] = sorted(row["noticed_at"]["S"] for row in stage.rows(NOTIFICATIONS) if "noticed_at" in row)
    turned_clock.seconds += 92 * DAY
    assert stage.calls_of(lambda: NotificationStore().latest(ada.user_id, 9, after=place)) == []


def test_page_is_two_calls_and_hearing_of_a_comment_three(
    ready: Make, ada: Someone, bob: Someone, streams: Streams, stage: Stage
) -> None:
    video_id = ready()
    for number in range(3):
        said(bob, video_id, f"{number}")
        made = stage.calls_of(streams.tell)
        assert made == ["dynamodb:BatchGetItem", "dynamodb:BatchGetItem", "dynamodb:TransactWriteItems"]
    assert without_guards(stage, lambda: listed(ada)) == ["dynamodb:Query", "dynamodb:BatchGetItem"]


def test_what_fails_comes_again(ready: Make, ada: Someone, bob: Someone, streams: Streams, stage: Stage) -> None:
    said(bob, ready(), "First")
    with (
        stage.refusing("dynamodb", "TransactWriteItems", "InternalServerError") as fired,
        pytest.raises(AssertionError),
    ):
        streams.tell()
    assert fired
    streams.rewind()
    streams.tell()
    assert told(ada) == [("comment", "bob")]
    assert len(stage.rows(COMMENTS)) == 1
