"""GET /api/v1/videos."""

from collections import Counter
from typing import Any

import pytest

from functions.api.accounts.get_me import handler as get_me
from functions.api.studio.list_studio_videos import handler
from shared.base import clock
from shared.base.ids import new_id
from shared.domains.videos.model import Status
from shared.domains.videos.service import listing
from shared.domains.videos.service.catalogue import CatalogueService
from shared.domains.videos.service.processing import ProcessingService
from shared.domains.videos.store.collections import CollectionStore
from tests.aws import Stage
from tests.clock import TurnedClock
from tests.examples import differences
from tests.functions.api.jobs.conftest import MEDIA as JOB_MEDIA
from tests.functions.api.jobs.conftest import Make
from tests.functions.api.studio.conftest import Upload
from tests.functions.api.videos.conftest import MEDIA, SIZE, Someone

PATH = "/api/v1/videos"
DAY = 24 * 3600
CARD = {
    "id": "uuid",
    "job_id": "uuid",
    "title": "string",
    "status": "completed",
    "visibility": "private",
    "duration": "number",
    "thumbnail_url": "string",
    "created_at": "moment",
    "updated_at": "moment",
    "published_at": "moment",
}


def ids(answer: Any) -> list[str]:
    assert answer.status == 200, answer.body
    return [video["id"] for video in answer.json["videos"]]


def total(answer: Any) -> tuple[int, bool]:
    told = answer.json["pagination"]
    assert told["total"] == told["total_items"]
    return told["total"], told["total_is_capped"]


def test_videos_with_what_they_take(
    ready: Upload, awaiting: Upload, completed: Make, ada: Someone, bob: Someone
) -> None:
    uploaded, waiting, made = ready(), awaiting(), completed()
    answer = ada.call(handler, "GET", PATH)
    assert ids(answer) == [made.video_id, waiting, uploaded], "the latest first"
    card, first, last = answer.json["videos"]
    assert not differences(CARD, card)
    assert (card["job_id"], card["channel_id"]) == (made.id, None)
    assert (first["status"], first["thumbnail_url"]) == ("queued", None)
    assert f"/v/{uploaded}/1/poster.jpg" in last["thumbnail_url"]
    taken = SIZE + sum(variant.size for variant in (*MEDIA.variants, *JOB_MEDIA.variants))
    assert answer.json["disk_usage"] == {"bytes": taken, "videos": 3}
    assert answer.json["pagination"] == {
        "current_page": 1,
        "total_pages": 1,
        "total_items": 3,
        "total_is_capped": False,
        "has_next": False,
        "has_prev": False,
        "next_cursor": None,
        "total": 3,
        "limit": 50,
        "offset": 0,
    }
    none = bob.call(handler, "GET", PATH + "/").json
    assert (none["videos"], none["disk_usage"]) == ([], {"bytes": 0, "videos": 0})


def test_what_arrives_takes_room_and_what_is_deleted_none(awaiting: Upload, ready: Upload, ada: Someone) -> None:
    def taken() -> int:
        return int(ada.call(handler, "GET", PATH).json["disk_usage"]["bytes"])

    assert awaiting()
    assert taken() == 0, "nothing has arrived"
    video_id = ready()
    assert taken() == SIZE + sum(variant.size for variant in MEDIA.variants)
    CatalogueService.open().delete(video_id, ada.user_id)
    assert taken() == 0
    assert video_id not in ids(ada.call(handler, "GET", PATH))


def test_a_status_is_asked_for_in_the_words_of_the_edition(
    ready: Upload, awaiting: Upload, transcoding: Upload, completed: Make, ada: Someone
) -> None:
    by_word = {
        "completed": [completed().video_id, ready()],
        "queued": [awaiting()],
        "processing": [transcoding()],
        "failed": [transcoding()],
    }
    assert ProcessingService.open().fail(by_word["failed"][0], None, "BROKEN", "It broke.")
    by_word["ready"], by_word["published"] = by_word["completed"], []
    for word, expected in by_word.items():
        answer = ada.call(handler, "GET", PATH, query=f"status={word}")
        assert sorted(ids(answer)) == sorted(expected), word
        assert total(answer) == (len(expected), False)
        assert answer.json["disk_usage"]["videos"] == 5, "of all, whatever is shown"


@pytest.mark.parametrize("query", ["", "status=queued", "date_from=2020-01-01"])
@pytest.mark.parametrize("by", ["page", "offset", "cursor"])
def test_pages_miss_and_repeat_nothing(awaiting: Upload, ada: Someone, query: str, by: str) -> None:
    made = [awaiting() for _ in range(7)]
    seen: list[str] = []
    cursor = ""
    for number in range(4):
        where = {"page": f"page={number + 1}", "offset": f"offset={2 * number}", "cursor": f"cursor={cursor}"}[by]
        answer = ada.call(handler, "GET", PATH, query=f"{query}&limit=2&{where}")
        seen += ids(answer)
        told = answer.json["pagination"]
        assert (told["total"], told["total_pages"], told["has_prev"]) == (7, 4, number > 0)
        assert told["has_next"] == (number < 3)
        cursor = told["next_cursor"]
    assert seen == made[::-1]
    assert cursor is None


def test_case_54_a_cursor_goes_on_though_videos_come_and_go(awaiting: Upload, ada: Someone) -> None:
    made = [awaiting() for _ in range(6)]
    first = ada.call(handler, "GET", PATH, query="limit=2").json
    CatalogueService.open().delete(made[4], ada.user_id)  # the one that the cursor names
    CatalogueService.open().delete(made[2], ada.user_id)
    awaiting()
    rest = ada.call(handler, "GET", PATH, query=f"cursor={first['pagination']['next_cursor']}")
    assert ids(rest) == [made[3], made[1], made[0]]
    assert total(rest) == (5, False), "of what there is now"


def test_case_33_a_cursor_is_good_for_its_own_list_alone(awaiting: Upload, ada: Someone, bob: Someone) -> None:
    for _ in range(3):
        awaiting()
    cursor = ada.call(handler, "GET", PATH, query="limit=2").json["pagination"]["next_cursor"]
    for who, more in ((bob, ""), (ada, "&status=queued"), (ada, "&date_to=2090-01-01"), (ada, "x")):
        answer = who.call(handler, "GET", PATH, query=f"cursor={cursor}{more}")
        assert (answer.status, answer.error["code"]) == (400, "INVALID_CURSOR"), more


@pytest.mark.parametrize(
    ("query", "code", "field"),
    [
        ("page=21&limit=50", "INVALID_PAGE", ""),
        ("offset=951", "INVALID_PAGE", ""),
        ("offset=10&page=2", "INVALID_PAGE", ""),
        ("limit=101", "VALIDATION_ERROR", "limit"),
        ("limit=0", "VALIDATION_ERROR", "limit"),
        ("offset=-1", "VALIDATION_ERROR", "offset"),
        ("status=lost", "VALIDATION_ERROR", "status"),
        ("channel_id=mine", "VALIDATION_ERROR", "channel_id"),
        ("date_from=yesterday", "VALIDATION_ERROR", "date_from"),
        ("date_to=1700000000", "VALIDATION_ERROR", "date_to"),
        ("date_to=9999-12-31T23:59:59-12:00", "VALIDATION_ERROR", "date_to"),
        ("date_from=2026-02-02&date_to=2026-02-01", "VALIDATION_ERROR", "date_to"),
    ],
)
def test_what_cannot_be_listed(ada: Someone, query: str, code: str, field: str) -> None:
    answer = ada.call(handler, "GET", PATH, query=query)
    assert (answer.status, answer.error["code"]) == (400, code), answer.body
    assert not field or field in answer.error["field_errors"]


def test_the_time_in_which_videos_were_made(awaiting: Upload, ada: Someone, turned_clock: TurnedClock) -> None:
    today = turned_clock.seconds
    midnight = today - today % DAY - 2 * DAY
    made: dict[str, str] = {}
    for name, moment in (("first", 0.0), ("noon", DAY / 2), ("last", DAY - 0.001), ("next", DAY)):
        turned_clock.seconds = midnight + moment
        made[name] = awaiting()
    turned_clock.seconds = today

    def found(query: str) -> set[str]:
        answer = ada.call(handler, "GET", PATH, query=query)
        shown = set(ids(answer))
        assert total(answer) == (len(shown), False)
        return {name for name, video_id in made.items() if video_id in shown}

    day, moment = clock.timestamp(midnight)[:10], clock.timestamp(midnight + DAY / 2)
    assert found(f"date_from={day}&date_to={day}") == {"first", "noon", "last"}, "a day counts whole"
    assert found(f"date_from={moment}") == {"noon", "last", "next"}
    assert found(f"date_to={moment}") == {"first", "noon"}
    assert found(f"date_to={moment[:-1]}") == {"first", "noon"}, "without a zone it is UTC"
    east = moment.replace("Z", "%2B06:00")
    assert found(f"date_from={east}&status=queued") == {"noon", "last", "next"}
    assert found("date_to=1950-01-01") == set()
    assert ada.call(handler, "GET", PATH, query=f"date_from={moment}").json["videos"][0]["created_at"] > moment


def test_no_video_belongs_to_a_channel(awaiting: Upload, ada: Someone) -> None:
    awaiting()
    answer = ada.call(handler, "GET", PATH, query=f"channel_id={new_id()}")
    assert (ids(answer), total(answer)) == ([], (0, False))
    assert answer.json["disk_usage"]["videos"] == 1


def test_a_time_with_many_videos_is_counted_so_far(
    awaiting: Upload, ada: Someone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "DEEPEST", 3)
    made = [awaiting() for _ in range(5)]
    query = "date_from=2020-01-01&limit=2"
    first = ada.call(handler, "GET", PATH, query=query)
    assert (ids(first), total(first)) == (made[:2:-1], (3, True))
    second = ada.call(handler, "GET", PATH, query=f"{query}&cursor={first.json['pagination']['next_cursor']}")
    assert (ids(second), total(second)) == (made[2:0:-1], (3, True)), "counted once"
    last = ada.call(handler, "GET", PATH, query=f"{query}&cursor={second.json['pagination']['next_cursor']}")
    assert (ids(last), last.json["pagination"]["next_cursor"]) == (made[:1], None)


@pytest.mark.parametrize("query", ["", "status=queued", "date_from=2020-01-01", "page=20"])
def test_it_is_two_reads(awaiting: Upload, ada: Someone, stage: Stage, query: str) -> None:
    awaiting()
    ada.call(handler, "GET", PATH, query=query)
    calls = stage.calls_of(lambda: ada.call(handler, "GET", PATH, query=query))
    assert Counter(call for call in calls if call != "dynamodb:UpdateItem") == {
        "dynamodb:Query": 1,
        "dynamodb:GetItem": 1,
    }


def test_a_profile_counts_the_same_videos(awaiting: Upload, ready: Upload, ada: Someone) -> None:
    awaiting()
    gone = ready()
    told = ada.call(get_me, "GET", "/api/auth/me").json["profile"]
    assert told["total_videos"] == 2
    CatalogueService.open().delete(gone, ada.user_id)
    assert ada.call(get_me, "GET", "/api/auth/me").json["profile"]["total_videos"] == 1
    assert Status.DELETED not in CollectionStore().read(ada.user_id).by_status
