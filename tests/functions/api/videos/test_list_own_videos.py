"""GET /api/users/me/videos."""

import pytest

from functions.api.videos.get_video import handler as get_video
from functions.api.videos.list_own_videos import handler
from shared.base import kept
from shared.domains.videos.service.catalogue import CatalogueService
from shared.domains.videos.service.processing import ProcessingService
from tests.api import Answer
from tests.aws import Stage
from tests.clock import TurnedClock
from tests.examples import differences
from tests.functions.api.videos.conftest import Make, Someone
from tests.functions.api.videos.lists import VIDEO, ids, total

PATH = "/api/users/me/videos"


def get(who: Someone, query: str = "") -> Answer:
    return who.call(handler, "GET", PATH, query=query)


def test_all_that_is_ones_own(
    ready: Make, running: Make, awaiting: Make, ada: Someone, bob: Someone, turned_clock: TurnedClock
) -> None:
    made = []
    for make in (ready, lambda: ready(visibility="private"), running, awaiting):
        turned_clock.advance(1)
        made.append(make())
    shown, hidden, at_work, waiting = made
    assert ProcessingService.open().report(at_work, 40, "Encoding")
    answer = get(ada)
    assert ids(answer) == [waiting, at_work, hidden, shown], "those made latest first"
    assert total(answer) == 4
    for video in answer.json["videos"]:
        del video["counts_as_of"]
        assert video == ada.call(get_video, "GET", f"/api/videos/{video['id']}").json
    assert answer.json["videos"][1]["progress"] == 40
    assert (ids(get(bob)), total(get(bob))) == ([], 0)


def test_one_of_them_is_the_object_of_001(ready: Make, ada: Someone) -> None:
    ready(category="Games")
    assert not differences(VIDEO, get(ada).json["videos"][0])


def test_a_status_is_asked_for_in_the_words_of_the_edition(
    ready: Make, running: Make, awaiting: Make, ada: Someone
) -> None:
    of = {"ready": [ready()], "processing": [running()], "uploaded": [awaiting(), awaiting()], "error": [running()]}
    assert ProcessingService.open().fail(of["error"][0], None, "BROKEN", "It broke.")
    for status, expected in of.items():
        answer = get(ada, f"status={status}")
        assert (ids(answer), total(answer)) == (expected[::-1], len(expected)), status
        assert {video["processing_status"] for video in answer.json["videos"]} == {status}
    (broken,) = get(ada, "status=error").json["videos"]
    assert broken["processing_error"] == {"code": "BROKEN", "message": "It broke."}


@pytest.mark.parametrize("query", ["", "status=ready"])
@pytest.mark.parametrize("by", ["page", "cursor"])
def test_pages_miss_and_repeat_nothing(ready: Make, ada: Someone, query: str, by: str) -> None:
    made, seen, cursor = [ready() for _ in range(5)], [], ""
    for number in range(3):
        where = f"page={number + 1}" if by == "page" else f"cursor={cursor}"
        answer = get(ada, f"{query}&limit=2&{where}")
        seen += ids(answer)
        told = answer.json["pagination"]
        assert (told["total_items"], told["has_prev"], told["has_next"]) == (5, number > 0, number < 2)
        cursor = told["next_cursor"]
    assert (seen, cursor) == (made[::-1], None)


def test_a_cursor_is_good_for_its_own_list_alone(ready: Make, ada: Someone, bob: Someone) -> None:
    for _ in range(2):
        ready()
    cursor = get(ada, "limit=1").json["pagination"]["next_cursor"]
    for who, more in ((bob, ""), (ada, "&status=ready")):
        assert get(who, f"cursor={cursor}{more}").error["code"] == "INVALID_CURSOR"
    CatalogueService.open().delete(ids(get(ada))[0], ada.user_id)
    assert len(ids(get(ada, f"cursor={cursor}"))) == 1, "though the video that it names is gone"


@pytest.mark.parametrize("query", ["status=completed", "limit=51", "page=0"])
def test_what_cannot_be_listed(ada: Someone, query: str) -> None:
    assert get(ada, query).status == 422


def test_nobody_has_none_of_their_own(stage: Stage) -> None:
    assert get(Someone()).status == 401


READS = ["dynamodb:Query", "dynamodb:BatchGetItem"]


@pytest.mark.parametrize(
    ("query", "cold", "warm"),
    [
        ("", READS, READS),  # one of them is not ready
        ("status=ready", READS[:1], READS[:1]),
        ("limit=1", READS, READS),
        ("limit=1&status=ready", READS, READS[:1]),
    ],
)
def test_it_is_two_reads_at_most(
    ready: Make, running: Make, ada: Someone, stage: Stage, query: str, cold: list[str], warm: list[str]
) -> None:
    ready(), ready(), running()
    get(ada, query)
    kept.forget()
    for expected in (cold, warm):
        calls = stage.calls_of(lambda: get(ada, query))
        assert [call for call in calls if call != "dynamodb:UpdateItem"] == expected
    assert "private" in get(ada).headers["cache-control"]


def test_what_comes_and_goes_on_a_page_is_counted_at_once(ready: Make, awaiting: Make, ada: Someone) -> None:
    made = [ready() for _ in range(4)]
    assert total(get(ada, "limit=2")) == 4
    awaiting()
    assert total(get(ada, "limit=2")) == 5
    CatalogueService.open().delete(made[-1], ada.user_id)
    assert (total(get(ada, "limit=2")), total(get(ada, "limit=2&page=2"))) == (4, 4)
