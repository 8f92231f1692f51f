"""GET /api/videos with words, tags, or an author and a category: what is found, in which order, for how much."""

from collections import Counter
from typing import Any

import pytest

from shared.base import counts
from shared.base.transactions import write_together
from shared.contract.resources import POSTINGS
from shared.domains.search.service import searching
from shared.domains.videos.service.catalogue import CatalogueService
from shared.domains.videos.store.numbers import copy_numbers
from shared.domains.videos.store.videos import counted_as
from tests.aws import Stage
from tests.functions.api.videos.conftest import Make, Someone
from tests.functions.api.videos.lists import ids, total
from tests.functions.api.videos.searches import edit, get, stream
from tests.streams import Streams

__all__ = ["stream"]

GUARDS = ("dynamodb:GetItem", "dynamodb:UpdateItem")


def warm(video_id: str, views: int) -> None:
    write_together(counts.adding(counted_as(video_id), "somebody", {"views": views}))
    copy_numbers([video_id])


def test_words_are_found_in_title_tags_and_description(ready: Make, stream: Streams) -> None:
    told = ready(title="Dinosaurs at night", description="Filmed in Zürich", tags=("Nature", "science fiction"))
    ready(title="Something else")
    stream.tell()
    for query in ("dinosaurs", "DINO", "zurich", "Z%C3%9CRICH", "scie", "night+dinos+film", "at", "nature"):
        answer = get(f"q={query}")
        assert (ids(answer), total(answer)) == ([told], 1), query
    for query in ("dinosaurss", "inosaurs", "night+whale", "n", "a"):
        assert ids(get(f"q={query}")) == [], query


def test_a_found_video_is_told_as_lists_do(ready: Make, stream: Streams) -> None:
    ready(title="Whales", description="word " * 100, category="Games", tags=("a",))
    stream.tell()
    assert get("q=whales").json["videos"] == get().json["videos"]


def test_a_category_of_an_author(ready: Make, stream: Streams, ada: Someone, bob: Someone) -> None:
    told = ready(category="Games")
    ready(category="Music")
    stream.tell()
    assert ids(get(f"category=Games&author={ada.user_id}")) == [told]
    assert ids(get(f"category=Games&author={bob.user_id}")) == []
    assert ids(get(f"author={ada.user_id}&sort=popular&category=Games")) == [told]


def test_what_matches_better_comes_first(ready: Make, stream: Streams) -> None:
    described = ready(title="One", description="A whale")
    tagged = ready(title="Two", tags=("whale",))
    begun = ready(title="Whaleboat")
    named = ready(title="The whale")
    later = ready(title="Three", description="A whale")
    stream.tell()
    assert ids(get("q=whale")) == [named, tagged, begun, later, described]
    assert ids(get("q=whale&sort=relevance")) == [named, tagged, begun, later, described]
    assert ids(get("q=whale&sort=latest")) == [later, named, begun, tagged, described]


def test_what_is_found_is_ranked_by_heat(ready: Make, stream: Streams, turned_clock: Any) -> None:
    old = ready(tags=("a",))
    turned_clock.seconds += 10 * 24 * 3600
    new = ready(tags=("a",))
    stream.tell()
    warm(old, 30)
    stream.tell()
    assert ids(get("tags=a&sort=popular")) == [old, new]
    assert ids(get("tags=a&sort=trending")) == [new, old], "ten days are worth ten times twice the points"
    warm(old, 4000)
    stream.tell()
    assert ids(get("tags=a&sort=trending")) == [old, new]


def like(video_id: str, change: int) -> None:
    write_together(counts.adding(counted_as(video_id), "somebody", {"likes": change}))
    copy_numbers([video_id])


@pytest.mark.parametrize("seen", [1, 5, 21, 100, 1000])
def test_what_one_person_likes_and_likes_no_more_writes_postings_once(
    ready: Make, stream: Streams, stage: Stage, seen: int
) -> None:
    video_id = ready(title="A whale")
    warm(video_id, seen)
    stream.tell()

    def told(change: int) -> int:
        like(video_id, change)
        return Counter(stage.calls_of(stream.tell))["dynamodb:BatchWriteItem"]

    assert sum(map(bool, (told(change) for change in (1, -1) * 4))) <= 1
    if seen == 1:
        assert told(1) == 0
        assert told(1000) > 0


@pytest.mark.parametrize("query", ["q=house&sort=latest", "q=house&sort=popular", "q=house&sort=relevance", "tags=a"])
@pytest.mark.parametrize("by", ["page", "cursor"])
def test_pages_miss_and_repeat_nothing(ready: Make, stream: Streams, query: str, by: str) -> None:
    made = [ready(title="A house", tags=("a",)) for _ in range(5)]
    ready(title="Housing")
    stream.tell()
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
    beyond = get(f"{query}&limit=2&page=4")
    assert (ids(beyond), total(beyond)) == ([], 5)


def test_case_33_a_cursor_is_good_for_its_own_search_alone(
    ready: Make, stream: Streams, ada: Someone, bob: Someone
) -> None:
    for _ in range(2):
        ready(title="A house", tags=("a",))
    stream.tell()
    others = {"q=house": ("q=home", "q=house&sort=latest", ""), "tags=a": ("tags=b", "tags=a&sort=popular", "tags=a,b")}
    for query, more in others.items():
        cursor = get(f"{query}&limit=1", ada).json["pagination"]["next_cursor"]
        assert len(cursor) <= 300
        assert get(f"{query}&cursor={cursor}", ada).status == 200
        for who, asked in ((bob, query), (Someone(), query), *((ada, one) for one in more)):
            answer = get(f"{asked}&cursor={cursor}", who)
            assert (answer.status, answer.error["code"]) == (400, "INVALID_CURSOR"), asked


def test_what_is_hidden_is_not_found_even_before_the_stream_tells(ready: Make, stream: Streams, ada: Someone) -> None:
    kept, hidden, deleted, changed = (ready(title="A whale") for _ in range(4))
    stream.tell()
    etag = get("q=whale").headers["etag"]
    edit(hidden, ada, visibility="private")
    edit(changed, ada, title="A shark")
    CatalogueService.open().delete(deleted, ada.user_id)
    for _ in range(2):
        for who in (Someone(), ada):
            answer = get("q=whale", who)
            assert (ids(answer), total(answer)) == ([kept], 1)
        assert get("q=whale", headers={"if-none-match": etag}).status == 200
        stream.tell()
    assert ids(get("q=shark")) == [changed]
    edit(hidden, ada, visibility="public")
    stream.tell()
    assert ids(get("q=whale")) == [hidden, kept]


def test_postings_go_with_the_video(ready: Make, stream: Streams, stage: Stage, ada: Someone) -> None:
    video_id = ready(title="A whale", description="and more", tags=("a", "b"), category="Games")
    stream.tell()
    assert len(stage.rows(POSTINGS)) > 10
    CatalogueService.open().delete(video_id, ada.user_id)
    stream.tell()
    assert [row for row in stage.rows(POSTINGS) if not row["term"]["S"].startswith("seen#")] == []


def test_one_term_is_two_reads(ready: Make, stream: Streams, stage: Stage) -> None:
    ready(title="Whales", tags=("a",))
    stream.tell()
    for query in ("q=whale", "tags=a", "tags=a&sort=popular", "q=whale&page=2"):
        get(query)
        stage.restart()
        calls = Counter(stage.calls_of(lambda query=query: get(query)))
        lists = {call: number for call, number in calls.items() if call.startswith("dynamodb:") and call not in GUARDS}
        is_empty = "page=2" in query
        assert lists == {"dynamodb:Query": 1} | ({} if is_empty else {"dynamodb:BatchGetItem": 1}), query


def test_several_terms_are_one_read_more_until_their_frequencies_are_known(
    ready: Make, stream: Streams, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = ready(title="The rare whale", tags=("a",))
    for _ in range(3):
        ready(title="The whale", tags=("a",))
    stream.tell()

    def calls() -> Counter[str]:
        found = Counter(stage.calls_of(lambda: get("q=the+rare+whale&tags=a&sort=latest")))
        return Counter({name: found[name] for name in ("dynamodb:Query", "dynamodb:BatchGetItem")})

    assert ids(get("q=the+rare+whale&tags=a&sort=latest")) == [told]
    stage.restart()
    assert calls() == {"dynamodb:Query": 1, "dynamodb:BatchGetItem": 2}
    assert calls() == {"dynamodb:Query": 1, "dynamodb:BatchGetItem": 1}


def test_the_search_reads_a_bounded_number_and_goes_on(
    ready: Make, stream: Streams, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "DEEPEST", 3)
    made = [ready(title=f"Whale {number % 2}0") for number in range(9)]
    stream.tell()
    answer = get("q=whale+10&sort=latest")
    seen = ids(answer)
    told = answer.json["pagination"]
    assert (told["total_is_capped"], told["total_items"] <= 3) == (True, True)
    while cursor := answer.json["pagination"]["next_cursor"]:
        answer = get(f"q=whale+10&sort=latest&cursor={cursor}")
        seen += ids(answer)
    assert seen == made[1::2][::-1]
    assert len(ids(get("q=whale"))) == 3


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("q=%21%21", "q"),
        ("tags=,", "tags"),
        (f"tags={','.join(map(str, range(21)))}", "tags"),
        ("sort=relevance", "sort"),
        ("sort=best", "sort"),
        (f"q={'a' * 201}", "q"),
    ],
)
def test_what_cannot_be_searched_for(stage: Stage, query: str, field: str) -> None:
    answer = get(query)
    assert (answer.status, answer.error["code"]) == (422, "VALIDATION_ERROR"), answer.body
    assert field in answer.error["field_errors"]
