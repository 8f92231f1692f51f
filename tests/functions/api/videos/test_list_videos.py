"""GET /api/videos."""

from collections import Counter
from typing import Any

import pytest

from functions.api.reactions.like_video import handler as like
from functions.api.videos.edit_video import handler as edit_video
from functions.api.videos.get_video import handler as get_video
from functions.api.videos.list_videos import handler
from shared.base import kept
from shared.base.pages import seal, unseal
from shared.contract.resources import COUNTS, VIDEOS
from shared.domains.videos.model import PublishedMedia, Variant
from shared.domains.videos.rules.public_lists import SUMMARY_LENGTH
from shared.domains.videos.service.catalogue import CatalogueService
from shared.domains.videos.service.processing import ProcessingService
from shared.domains.videos.store.numbers import copy_numbers
from tests.api import Answer
from tests.aws import Stage
from tests.clock import TurnedClock
from tests.examples import differences
from tests.functions.api.videos.conftest import VERSION, Make, Someone
from tests.functions.api.videos.lists import VIDEO, ids, total

PATH = "/api/videos"
YEAR = 365 * 24 * 3600
WHOLE, PART = {"dynamodb:Query": 1}, {"dynamodb:Query": 1, "dynamodb:BatchGetItem": 1}
GUARDS = ("dynamodb:GetItem", "dynamodb:UpdateItem")


def get(query: str = "", who: Someone | None = None, **more: Any) -> Answer:
    return (who or Someone()).call(handler, "GET", PATH, query=query, **more)


def edit(video_id: str, owner: Someone, **wish: Any) -> None:
    assert owner.call(edit_video, "PATCH", f"/api/videos/{video_id}", wish).status == 200


def test_the_list_that_001_shows(ready: Make, ada: Someone) -> None:
    video_ids = [ready(title=f"Film {number}", tags=("a", "b"), category="Games") for number in range(3)]
    answer = get()
    assert ids(answer) == video_ids[::-1], "the latest first"
    for video in answer.json["videos"]:
        assert not differences(VIDEO, video)
        assert video["tags"] == ["a", "b"]
    assert answer.json["pagination"] == {
        "current_page": 1,
        "total_pages": 1,
        "total_items": 3,
        "total_is_capped": False,
        "has_next": False,
        "has_prev": False,
        "next_cursor": None,
    }


def test_nothing_to_watch_is_a_list_too(stage: Stage) -> None:
    answer = get()
    assert (ids(answer), total(answer), answer.json["pagination"]["total_pages"]) == ([], 0, 0)


def test_a_video_is_told_as_by_itself_but_for_a_long_description(ready: Make, ada: Someone) -> None:
    video_id = ready(description="word " * 100, category="Games", tags=("a",))
    told = get().json["videos"][0]
    whole = ada.call(get_video, "GET", f"/api/videos/{video_id}").json
    assert len(told["description"]) <= SUMMARY_LENGTH
    assert whole["description"].startswith(told["description"].removesuffix("…"))
    del told["counts_as_of"]
    assert {**told, "description": whole["description"]} == whole
    edit(video_id, ada, description="Short")
    assert get().json["videos"][0]["description"] == "Short"


def test_foreign_variants_keep_their_addresses(running: Make, ada: Someone) -> None:
    video_id = running()
    variants = tuple(Variant(name, 0, 0, 0, 0, f"https://cdn.example/{name}.mp4?a=b") for name in ("1080p", "480p"))
    media = PublishedMedia(1.5, 0, 0, variants, has_poster=False, poster_url="https://cdn.example/a.jpg")
    assert ProcessingService.open().complete(video_id, VERSION, media)
    (told,) = get().json["videos"]
    del told["counts_as_of"]
    assert told == ada.call(get_video, "GET", f"/api/videos/{video_id}").json
    assert told["quality_variants"]["480p"] == "https://cdn.example/480p.mp4?a=b"


@pytest.mark.parametrize("visibility", ["private", "unlisted"])
def test_what_is_not_for_everybody_is_in_no_list_at_once(
    ready: Make, running: Make, ada: Someone, visibility: str
) -> None:
    seen, hidden = ready(category="Games"), ready(category="Games", visibility=visibility)
    on_its_way = running(category="Games")
    queries = ("", "category=Games", f"author={ada.user_id}")

    def lists() -> list[list[str]]:
        answers = [get(query, who) for query in queries for who in (Someone(), ada)]
        assert {total(answer) for answer in answers} == {len(ids(answers[0]))}
        return [ids(answer) for answer in answers]

    assert lists() == [[seen]] * 6
    edit(hidden, ada, visibility="public")
    assert lists() == [[hidden, seen]] * 6
    edit(seen, ada, visibility=visibility)
    assert lists() == [[hidden]] * 6
    CatalogueService.open().delete(hidden, ada.user_id)
    assert lists() == [[]] * 6
    assert on_its_way not in ids(get())


def test_a_video_moves_from_category_to_category(ready: Make, ada: Someone) -> None:
    video_id, other = ready(category="Games"), ready(category="Games")
    edit(video_id, ada, category="Music", title="New")
    assert (ids(get("category=Games")), ids(get("category=Music"))) == ([other], [video_id])
    assert get("category=Music").json["videos"][0]["title"] == "New"
    edit(video_id, ada, category=None)
    assert (ids(get("category=Music")), total(get("category=Music")), total(get())) == ([], 0, 2)
    assert ids(get("category=games")) == [], "as it is written"


@pytest.mark.parametrize("of", ["", "category=Games", "author"])
@pytest.mark.parametrize("by", ["page", "cursor"])
def test_pages_miss_and_repeat_nothing(ready: Make, ada: Someone, of: str, by: str) -> None:
    query = f"author={ada.user_id}" if of == "author" else of
    made = [ready(category="Games") for _ in range(5)]
    seen: list[str] = []
    cursor = ""
    for number in range(3):
        where = f"page={number + 1}" if by == "page" else f"cursor={cursor}"
        answer = get(f"{query}&limit=2&{where}")
        seen += ids(answer)
        told = answer.json["pagination"]
        assert (told["total_items"], told["total_pages"], told["has_prev"]) == (5, 3, number > 0)
        assert told["has_next"] == (number < 2)
        cursor = told["next_cursor"]
    assert seen == made[::-1]
    assert cursor is None
    assert ids(get(f"{query}&limit=2&page=4")) == []


def test_case_54_a_cursor_goes_on_though_videos_come_and_go(ready: Make, ada: Someone) -> None:
    made = [ready() for _ in range(6)]
    cursor = get("limit=2").json["pagination"]["next_cursor"]
    edit(made[4], ada, visibility="private")  # the one that the cursor names
    CatalogueService.open().delete(made[2], ada.user_id)
    ready()
    kept.forget()
    rest = get(f"cursor={cursor}")
    assert ids(rest) == [made[3], made[1], made[0]]
    assert total(rest) == 5, "of what there is now"


def test_a_cursor_from_when_they_did_not_tell_how_many_were_shown_goes_on(ready: Make) -> None:
    made, scope = [ready() for _ in range(3)], ("videos", "", "public", "")
    _, _, last = unseal(get("limit=1").json["pagination"]["next_cursor"], *scope).partition(" ")
    rest = get(f"cursor={seal(last, *scope)}")
    assert (ids(rest), total(rest)) == ([made[1], made[0]], 3)


def test_case_33_a_cursor_is_good_for_its_own_list_alone(ready: Make, ada: Someone, bob: Someone) -> None:
    for _ in range(3):
        ready(category="Games")
    cursor = get("limit=2", ada).json["pagination"]["next_cursor"]
    for who, more in ((bob, ""), (Someone(), ""), (ada, "&category=Games"), (ada, "x")):
        answer = get(f"cursor={cursor}{more}", who)
        assert (answer.status, answer.error["code"]) == (400, "INVALID_CURSOR"), more


def test_lists_reach_over_the_years(ready: Make, ada: Someone, turned_clock: TurnedClock, stage: Stage) -> None:
    now, made = turned_clock.seconds, []
    for number, year in enumerate((0, 1, 1, 3, 5)):  # without those in between
        turned_clock.seconds = now + year * YEAR + number
        made.append(ready(category="Games"))
    for query in ("", "category=Games", f"author={ada.user_id}"):
        assert ids(get(query)) == made[::-1]
        by_page = [ids(get(f"{query}&limit=2&page={page}")) for page in (1, 2, 3)]
        assert by_page == [[made[4], made[3]], [made[2], made[1]], [made[0]]]
        seen, cursor = [], ""
        for _ in made:
            answer = get(f"{query}&limit=1&cursor={cursor}")
            assert total(answer) == 5
            seen += ids(answer)
            cursor = answer.json["pagination"]["next_cursor"]
        assert (seen, cursor) == (made[::-1], None)
    turned_clock.seconds = now + 7 * YEAR
    assert ids(get()) == made[::-1], "of years without any"


@pytest.mark.parametrize(
    ("query", "status", "code", "field"),
    [
        ("page=21&limit=50", 400, "INVALID_PAGE", ""),
        ("cursor=x", 400, "INVALID_CURSOR", ""),
        ("limit=51", 422, "VALIDATION_ERROR", "limit"),
        ("limit=0", 422, "VALIDATION_ERROR", "limit"),
        ("page=0", 422, "VALIDATION_ERROR", "page"),
        ("author=ada", 422, "VALIDATION_ERROR", "author"),
        (f"category={'a' * 51}", 422, "VALIDATION_ERROR", "category"),
    ],
)
def test_what_cannot_be_listed(stage: Stage, query: str, status: int, code: str, field: str) -> None:
    answer = get(query)
    assert (answer.status, answer.error["code"]) == (status, code), answer.body
    assert not field or field in answer.error["field_errors"]


def test_what_anybody_may_see_is_shared_for_a_minute(ready: Make, ada: Someone) -> None:
    ready()
    answer = get()
    assert answer.headers["cache-control"] == "public, max-age=0, s-maxage=60"
    assert "private" in get("", ada).headers["cache-control"]
    assert get("", headers={"if-none-match": answer.headers["etag"]}).status == 304


def test_counts_are_those_of_the_last_copy(ready: Make, ada: Someone, bob: Someone, stage: Stage) -> None:
    video_id = ready()
    before = get()
    assert bob.call(like, "POST", f"/api/videos/{video_id}/like", {"action": "like"}).status == 200
    assert get().headers["etag"] == before.headers["etag"]
    copy_numbers([video_id])
    (after,) = get().json["videos"]
    assert (before.json["videos"][0]["like_count"], after["like_count"]) == (0, 1)
    assert after["counts_as_of"] > before.json["videos"][0]["counts_as_of"]
    assert ids(get("", ada)) == [video_id]


def lists_of(calls: list[str]) -> dict[str, int]:
    found = Counter(call for call in calls if call.startswith("dynamodb:") and call not in GUARDS)
    return dict(found)


@pytest.mark.parametrize("query", ["", "category=Games", "page=20", "limit=24"])
def test_what_is_all_of_a_list_is_one_read(ready: Make, ada: Someone, stage: Stage, query: str) -> None:
    ready(category="Games")
    get(query)
    stage.restart()
    assert lists_of(stage.calls_of(lambda: get(query))) == WHOLE


@pytest.mark.parametrize("query", ["limit=1", "limit=1&category=Games", "limit=1&author={author}"])
def test_how_many_there_are_is_read_once_in_ten_seconds(
    ready: Make, ada: Someone, stage: Stage, turned_clock: TurnedClock, query: str
) -> None:
    asked = query.format(author=ada.user_id)
    for _ in range(2):
        ready(category="Games")
    get(asked)
    stage.restart()
    for seconds, expected in ((0, PART), (9, WHOLE), (1, PART)):
        turned_clock.advance(seconds)
        assert lists_of(stage.calls_of(lambda: total(get(asked)))) == expected


@pytest.mark.parametrize("of", ["", "category=Games", "author={author}"])
def test_no_total_is_less_than_what_pages_have_shown(ready: Make, ada: Someone, of: str) -> None:
    query = of.format(author=ada.user_id)
    for _ in range(2):
        ready(category="Games")
    assert total(get(f"{query}&limit=1")) == 2
    made = [ready(category="Games") for _ in range(3)]
    first = get(f"{query}&limit=3")
    assert ids(first) == made[::-1]
    assert total(first) >= 4, "three of them, and there are more"
    last = get(f"{query}&limit=3&cursor={first.json['pagination']['next_cursor']}")
    assert (len(ids(last)), total(last)) == (2, 5)
    assert total(get(f"{query}&limit=3&page=2")) == 5, "all of it was read for that"


def test_no_more_is_read_than_is_told(ready: Make, ada: Someone, stage: Stage) -> None:
    for visibility in ("public", "private") * 4:
        ready(category="Games", visibility=visibility)
    before = len(stage.calls)
    assert len(ids(get("category=Games&limit=3"))) == 3
    (query,) = [call for call in stage.calls[before:] if call.operation == "Query"]
    assert query.parameters["Limit"] == 4
    assert "FilterExpression" not in query.parameters


def test_all_indexes_of_a_table_copy_a_hundred_attributes_at_most() -> None:
    assert sum(len(index.projected) for index in VIDEOS.indexes) <= 100


def test_a_card_is_small(ready: Make, stage: Stage) -> None:
    """So that twenty and one are a read unit; here what is long says little."""
    ready(title="t" * 100, description="d" * 5000, tags=("tag one", "tag two"), category="Games")
    (row,) = stage.rows(VIDEOS)
    for index in VIDEOS.indexes:
        copied = ("video_id", index.key, index.sort, *index.projected)
        assert sum(len(name) + len(next(iter(row[name].values()))) for name in copied if name in row) <= 390
    assert len(stage.rows(COUNTS)) == 2, "of all, and of the category"
