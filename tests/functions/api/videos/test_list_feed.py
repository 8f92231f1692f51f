"""GET /api/users/me/following/videos."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from functions.api.follows import follow_user, unfollow_user
from functions.api.videos import delete_video, edit_video, list_feed
from shared.contract.resources import FEEDS
from shared.domains.feeds.service import following, reading, spreading
from tests.api import Answer
from tests.aws import Stage
from tests.functions.api.videos.conftest import Make, Someone
from tests.streams import Streams, streamed


@pytest.fixture(autouse=True)
def streams(stage: Stage) -> Iterator[Streams]:
    """Tells what has changed when it is asked to."""
    with streamed(stage, "on_follow_changed", "on_video_changed", "on_audience_changed") as made:
        yield made


def feed(who: Someone, query: str = "") -> Answer:
    return who.call(list_feed.handler, "GET", "/api/users/me/following/videos", query=query)


def shown(who: Someone, query: str = "") -> list[str]:
    answer = feed(who, query)
    assert answer.status == 200, answer.body
    return [video["id"] for video in answer.json["videos"]]


def act(who: Someone, other: Someone, *, ends: bool = False) -> None:
    """Follow somebody, or do so no more."""
    path, handler = f"/api/users/{other.user_id}/follow", (unfollow_user if ends else follow_user).handler
    answer = who.call(handler, "DELETE" if ends else "POST", path, parameters={"user_id": other.user_id})
    assert answer.status == 200, answer.body


def change(ada: Someone, video_id: str, **wish: Any) -> None:
    parameters = {"video_id": video_id}
    path = f"/api/videos/{video_id}"
    answer = ada.call(edit_video.handler, "PATCH", path, wish, parameters=parameters)
    assert answer.status == 200, answer.body


def places(stage: Stage) -> int:
    return sum("author_id" in row for row in stage.rows(FEEDS))


@pytest.mark.parametrize("times", [1, 2])
def test_videos_come_with_a_follow_and_when_they_are_published_and_go_with_it(
    ready: Make, ada: Someone, bob: Someone, streams: Streams, stage: Stage, times: int
) -> None:
    old, hidden = ready(), ready(visibility="unlisted")
    act(bob, ada)
    streams.tell(times)
    assert shown(bob) == [old]
    new = ready(title="New", description="All of it")
    streams.tell(times)
    answer = feed(bob).json
    assert [video["id"] for video in answer["videos"]] == [new, old]
    video = answer["videos"][0]
    assert (video["title"], video["description"], video["author"]["username"]) == ("New", "All of it", "ada")
    assert video["video_url"].startswith("https://media.showreel.example/")
    assert {"counts_as_of", "view_count", "quality_variants"} <= video.keys()
    assert (answer["pagination"]["total_items"], answer["pagination"]["total_is_capped"]) == (2, False)
    assert shown(ada) == []
    change(ada, hidden, visibility="public")
    streams.tell(times)
    assert shown(bob) == [new, hidden, old]
    act(bob, ada, ends=True)
    assert shown(bob) == [], "before that is heard"
    streams.tell(times)
    assert places(stage) == 0
    act(bob, ada)
    streams.tell(times)
    assert shown(bob) == [new, hidden, old]


@pytest.mark.parametrize("way", ["private", "unlisted", "deleted"])
def test_hidden_video_is_gone_at_once_and_taken_out(
    ready: Make, ada: Someone, bob: Someone, streams: Streams, stage: Stage, way: str
) -> None:
    act(bob, ada)
    one, two = ready(), ready()
    streams.tell()
    if way == "deleted":
        parameters = {"video_id": two}
        assert ada.call(delete_video.handler, "DELETE", f"/api/videos/{two}", parameters=parameters).status == 200
    else:
        change(ada, two, visibility=way)
    assert shown(bob) == [one]
    assert places(stage) == 2
    streams.tell()
    assert places(stage) == 1
    streams.rewind()
    streams.tell()
    assert shown(bob) == [one]
    assert places(stage) == 1


@pytest.fixture
def late(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever follows comes too late to be given videos when they are published."""
    monkeypatch.setattr(following, "MOST_PUSHED", 0)
    monkeypatch.setattr(spreading, "MOST_PUSHED", 0)


def _pages(who: Someone, limit: int, most: int) -> Iterator[dict[str, Any]]:
    cursor = ""
    for _ in range(most):
        answer = feed(who, f"limit={limit}{cursor and f'&cursor={cursor}'}")
        assert answer.status == 200, answer.body
        yield answer.json
        cursor = answer.json["pagination"]["next_cursor"]
        if not cursor:
            return


def test_videos_of_who_is_looked_up_are_merged_and_no_page_repeats_or_misses(
    ready: Make, ada: Someone, bob: Someone, streams: Streams, monkeypatch: pytest.MonkeyPatch, stage: Stage
) -> None:
    pushed = [ready()]
    act(bob, ada)
    streams.tell()
    monkeypatch.setattr(following, "MOST_PUSHED", 0)
    streams.rewind()
    streams.tell()
    looked_up = [ready() for _ in range(3)]
    wanted = [*reversed(looked_up), *pushed]
    assert places(stage) == 1
    assert shown(bob) == wanted
    found = [video["id"] for page in _pages(bob, 1, 9) for video in page["videos"]]
    assert found == wanted
    assert [shown(bob, f"limit=2&page={page}") for page in (1, 2, 3)] == [wanted[:2], wanted[2:], []]
    change(ada, looked_up[1], visibility="private")
    act(bob, ada, ends=True)
    assert shown(bob) == []
    streams.tell()
    assert places(stage) == 0
    act(bob, ada)
    streams.tell()
    assert shown(bob) == [looked_up[2], looked_up[0], *pushed]


def test_page_is_two_calls_and_one_for_each_who_is_looked_up(
    ready: Make, ada: Someone, bob: Someone, streams: Streams, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.functions.api.comments.conftest import without_guards

    for _ in range(2):
        ready()
    act(bob, ada)
    streams.tell()
    assert len(shown(bob)) == 2, "the keys of addresses and cursors are read once"
    assert without_guards(stage, lambda: feed(bob)) == ["dynamodb:Query", "dynamodb:BatchGetItem"]
    monkeypatch.setattr(following, "MOST_PUSHED", 0)
    streams.rewind()
    streams.tell()
    merged = ["dynamodb:Query", "dynamodb:Query", "dynamodb:BatchGetItem"]
    assert without_guards(stage, lambda: feed(bob)) == merged
    cursor = feed(bob, "limit=1").json["pagination"]["next_cursor"]
    made = without_guards(stage, lambda: feed(bob, f"limit=1&cursor={cursor}"))
    assert made == ["dynamodb:Query", "dynamodb:GetItem", *merged[1:]]


def test_at_most_so_many_are_looked_up_those_followed_last(
    someone: Callable[[str], Someone], bob: Someone, streams: Streams, stage: Stage, late: None
) -> None:
    authors = [someone(f"author_{number}") for number in range(12)]
    for author in authors:
        act(bob, author)
    streams.tell()
    found = reading.FeedService.open().feeds.pulled(bob.user_id)
    assert found == tuple(author.user_id for author in reversed(authors[2:]))
    calls = stage.calls_of(lambda: reading.FeedService.open().page(bob.user_id, limit=20))
    assert calls == ["dynamodb:Query"] * 11
    act(bob, authors[-1], ends=True)
    streams.tell()
    assert authors[1].user_id in reading.FeedService.open().feeds.pulled(bob.user_id)


def test_work_goes_on_in_another_message(
    ready: Make,
    ada: Someone,
    someone: Callable[[str], Someone],
    streams: Streams,
    stage: Stage,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(spreading, "AT_ONCE", 2)
    monkeypatch.setattr(spreading, "PAGES", 1)
    fans = [someone(f"fan_{number}") for number in range(5)]
    for fan in fans:
        act(fan, ada)
    video_id = ready()
    made = stage.calls_of(streams.tell)
    assert made.count("sqs:SendMessage") == 2 + 2, "followers are told in three, and one is about comments"
    assert [shown(fan) for fan in fans] == [[video_id]] * 5
    monkeypatch.setattr(spreading, "MOST_PUSHED", 4)
    ready()
    streams.tell()
    assert [len(shown(fan)) for fan in fans] == [2, 2, 2, 2, 1]


def test_foreign_cursors_and_pages_too_deep_are_refused(
    ready: Make, ada: Someone, bob: Someone, streams: Streams
) -> None:
    for _ in range(2):
        ready()
    act(bob, ada)
    streams.tell()
    cursor = feed(bob, "limit=1").json["pagination"]["next_cursor"]
    assert feed(ada, f"cursor={cursor}").error["code"] == "INVALID_CURSOR"
    assert feed(bob, "page=51").error["code"] == "INVALID_PAGE"
    assert feed(bob, "limit=51").status == 422
    assert feed(Someone()).status == 401
