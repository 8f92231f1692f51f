"""Popular and trending videos: made by the schedule of what moved, and read by GET /api/videos."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from functions.api.reactions.like_video import handler as like
from functions.api.videos.edit_video import handler as edit_video
from functions.api.videos.list_videos import handler as list_videos
from functions.schedules.rank_videos import handler
from shared.base import clock, counts
from shared.base.transactions import write_together
from shared.contract.resources import RANKINGS
from shared.domains.ranking.model import Ranking
from shared.domains.ranking.rules.lists import WINDOW_SECONDS
from shared.domains.ranking.store.lists import RankingStore
from shared.domains.videos.service.catalogue import CatalogueService
from shared.domains.videos.store.videos import counted_as
from tests.api import Answer, call
from tests.aws import Stage
from tests.callers import api_key
from tests.clock import TurnedClock
from tests.functions.api.videos.conftest import Make, Someone, ada, awaiting, bob, ready, running, someone, stage
from tests.functions.api.videos.lists import ids, total
from tests.resources import real_name
from tests.streams import Streams, streamed

__all__ = ["ada", "awaiting", "bob", "ready", "running", "someone", "stage"]

DAY = 24 * 3600
SOMEBODY = "01a21d53-bbe8-7860-81f5-08ed5626ba3d"
GUARDS = ("dynamodb:GetItem", "dynamodb:UpdateItem")


class Ranks:
    """The streams that are followed, and the schedule."""

    def __init__(self, streams: Streams) -> None:
        self._streams = streams

    def hear(self) -> None:
        """Deliver what the streams have."""
        self._streams.tell()

    def run(self, *, deliver: bool = True) -> int:
        """Deliver what the streams have, and run; how many videos were ranked."""
        if deliver:
            self.hear()
        return int(handler({}, None)["ranked"])


@pytest.fixture(autouse=True)
def amidst_a_window(stage: Stage, turned_clock: TurnedClock) -> None:
    turned_clock.seconds += 1.5 * WINDOW_SECONDS - turned_clock.seconds % WINDOW_SECONDS


@pytest.fixture
def ranks(stage: Stage) -> Iterator[Ranks]:
    with streamed(stage, "on_video_counted", "on_video_changed") as streams:
        yield Ranks(streams)


def get(query: str, who: Someone | None = None, **more: Any) -> Answer:
    return (who or Someone()).call(list_videos, "GET", "/api/videos", query=query, **more)


def add(video_id: str, **numbers: int) -> None:
    write_together(counts.adding(counted_as(video_id), "somebody", numbers))


def edit(video_id: str, owner: Someone, **wish: Any) -> None:
    assert owner.call(edit_video, "PATCH", f"/api/videos/{video_id}", wish).status == 200


def test_lists_by_what_people_do(ready: Make, ranks: Ranks, turned_clock: TurnedClock, bob: Someone) -> None:
    viewed, liked, quiet = ready(category="Games"), ready(category="Music"), ready(category="Games")
    add(viewed, views=4)
    assert bob.call(like, "POST", f"/api/videos/{liked}/like", {"action": "like"}).status == 200
    assert ids(get("sort=popular")) == [], "not yet"
    assert ranks.run() == 3
    assert ids(get("sort=popular")) == ids(get("sort=trending")) == [liked, viewed, quiet]
    assert ids(get("sort=popular&category=Games")) == [viewed, quiet]
    assert ids(get("sort=popular&category=Music")) == [liked]
    assert ids(get("sort=popular&category=Cooking")) == []
    turned_clock.seconds += WINDOW_SECONDS
    add(viewed, views=2)
    assert ranks.run() > 0
    assert ids(get("sort=popular")) == [viewed, liked, quiet]
    assert total(get("sort=popular")) == 3


def test_age_counts_among_trending_ones(ready: Make, ranks: Ranks, turned_clock: TurnedClock) -> None:
    old = ready()
    add(old, views=3)  # 4 is twice the double of 1
    turned_clock.seconds += 1.9 * DAY
    new = ready()
    ranks.run()
    assert (ids(get("sort=popular")), ids(get("sort=trending"))) == ([old, new], [old, new])
    turned_clock.seconds += 0.2 * DAY
    newest = ready()
    ranks.run()
    assert ids(get("sort=trending")) == [newest, old, new]


def test_search_learns_how_popular_a_video_is(ready: Make, ranks: Ranks) -> None:
    first, _second = ready(tags=("a",)), ready(tags=("a",))
    add(first, views=100)
    ranks.run()
    assert ids(get("tags=a&sort=popular"))[0] == first
    assert ranks.run() > 0


def test_nothing_is_written_where_nothing_moved(
    ready: Make, ranks: Ranks, stage: Stage, turned_clock: TurnedClock
) -> None:
    for _ in range(3):
        ready(category="Games")
    ranks.run()
    rows = stage.rows(RANKINGS)
    calls = Counter(stage.calls_of(ranks.run))
    assert "dynamodb:Scan" not in calls
    assert not {"dynamodb:PutItem", "dynamodb:UpdateItem"} & set(calls), "to rank twice changes nothing"
    assert stage.rows(RANKINGS) == rows
    turned_clock.seconds += 2 * WINDOW_SECONDS
    assert ranks.run() == 3, "the last window was not over"
    turned_clock.seconds += WINDOW_SECONDS
    assert ranks.run() == 0
    assert stage.calls_of(ranks.run) == ["dynamodb:GetItem", "dynamodb:Query"]


def test_what_is_hidden_or_moved_is_gone_before_the_schedule_runs(
    ready: Make, ranks: Ranks, ada: Someone, stage: Stage
) -> None:
    kept, hidden, deleted, moved = (ready(category="Games") for _ in range(4))
    ranks.run()
    edit(hidden, ada, visibility="unlisted")
    edit(moved, ada, category="Music")
    CatalogueService.open().delete(deleted, ada.user_id)
    for deliver in (False, True):
        for who in (Someone(), ada):
            answer = get("sort=popular&category=Games", who)
            assert (ids(answer), total(answer)) == ([kept], 1)
            assert set(ids(get("sort=trending", who))) == {kept, moved}
        if deliver:
            ranks.run()
    assert ids(get("sort=popular&category=Music")) == [moved]
    edit(kept, ada, category="Music")
    ranks.run()
    lists = {row["list"]["S"] for row in stage.rows(RANKINGS) if row["generation"]["S"] == "current"}
    assert lists == {"popular#", "trending#", "popular#Music", "trending#Music"}, "none that is empty"


@pytest.mark.parametrize("top", [100, 4, 2, 1])
def test_a_cursor_goes_on_in_the_list_that_it_is_of(
    ready: Make, ranks: Ranks, stage: Stage, monkeypatch: pytest.MonkeyPatch, top: int
) -> None:
    """However many of its first videos lie apart."""
    for module in ("store.lists", "service.reading"):
        monkeypatch.setattr(f"shared.domains.ranking.{module}.TOP", top)
    made = [ready() for _ in range(5)]
    for number, video_id in enumerate(made):
        add(video_id, views=10 + number)
    ranks.run()
    answer = get("sort=popular&limit=2")
    cursor = answer.json["pagination"]["next_cursor"]
    assert total(answer) == total(get("sort=popular&page=3&limit=2")) == 5
    assert (ids(answer), ids(get("sort=popular&limit=2&page=2"))) == ([made[4], made[3]], [made[2], made[1]])
    add(made[0], views=100)
    add(made[4], dislikes=20)
    ranks.run()
    assert ids(get("sort=popular&limit=1")) == [made[0]]
    rest = get(f"sort=popular&limit=2&cursor={cursor}")
    assert ids(rest) == [made[2], made[1]]
    last = get(f"sort=popular&limit=2&cursor={rest.json['pagination']['next_cursor']}")
    assert (ids(last), last.json["pagination"]["has_next"]) == ([made[0]], False)
    assert get(f"sort=trending&cursor={cursor}").error["code"] == "INVALID_CURSOR"
    for row in stage.rows(RANKINGS):
        assert ("expires_at" in row) == (row["generation"]["S"] not in ("current", "beginning", "windows"))
        if row["generation"]["S"] not in ("current", "beginning") and row["list"]["S"] == "popular#":
            with stage.unrecorded():
                _delete(row)
    assert get(f"sort=popular&cursor={cursor}").error["code"] == "INVALID_CURSOR", "it has expired"


def test_a_list_that_has_not_moved_for_long_is_read_on(ready: Make, ranks: Ranks, turned_clock: TurnedClock) -> None:
    made = [ready() for _ in range(3)]
    for number, video_id in enumerate(made):
        add(video_id, views=1 + number)
    ranks.run()
    turned_clock.seconds += 2 * DAY
    cursor = get("sort=popular&limit=1").json["pagination"]["next_cursor"]
    assert ids(get(f"sort=popular&cursor={cursor}")) == made[-2::-1]
    turned_clock.seconds += WINDOW_SECONDS
    add(made[0], views=9)
    ranks.run()
    assert ids(get("sort=popular")) == [made[0], *made[:0:-1]]
    assert ids(get(f"sort=popular&cursor={cursor}")) == made[-2::-1], "as it was when its first page was read"


def _delete(row: dict[str, Any]) -> None:
    from shared.base import aws

    key = {name: row[name] for name in ("list", "generation")}
    aws.client("dynamodb").delete_item(TableName=real_name(RANKINGS), Key=key)


def test_a_page_is_two_reads(ready: Make, ranks: Ranks, stage: Stage) -> None:
    ready()
    ranks.run()
    stage.restart()
    calls = Counter(stage.calls_of(lambda: get("sort=popular&limit=50")))
    lists = {call: number for call, number in calls.items() if call.startswith("dynamodb:") and call not in GUARDS}
    assert lists == {"dynamodb:BatchGetItem": 2}


def test_a_list_that_somebody_else_has_made_meanwhile_stays(ready: Make, ranks: Ranks) -> None:
    ready()
    ranks.run()
    store = RankingStore()
    (before,) = store.read(["popular#"])
    ready()
    ranks.run()
    (after,) = store.read(["popular#"])
    assert len(after.entries) == 2
    for entries in (before.entries, ()):
        assert not store.replace(before, Ranking("popular#", "later", entries))
    assert list(store.read(["popular#"])) == [after]


def why(query: str, who: Someone) -> dict[str, dict[str, Any]]:
    """Video -> why it stands where it does, as somebody is told."""
    return {one["video_id"]: one for one in get(f"{query}&explain=true", who).json["explanations"]}


def test_owner_and_administrators_are_told_why_a_video_stands_where_it_does(
    ready: Make, ranks: Ranks, ada: Someone, bob: Someone, someone: Any, turned_clock: TurnedClock
) -> None:
    admin = someone("head", "admin")
    first, second = ready(), ready()
    add(first, views=10, likes=2, dislikes=1, comments=3, watch_seconds=90)
    ranks.run()
    made_at = clock.timestamp()
    turned_clock.seconds += 60
    add(first, likes=1)
    for sort in ("popular", "trending"):
        told = why(f"sort={sort}", ada)[first]
        parts = {one["what"]: (one["number"], one["weight"], one["points"]) for one in told["parts"]}
        assert parts["likes"] == (2, 5, 10)
        assert parts["dislikes"] == (1, -5, -5)
        assert parts["watched_minutes"] == (1.5, 1, 1.5)
        assert sum(points for *_, points in parts.values()) == told["points"] == 46.5
        assert (told["rank"], told["made_at"]) == (1, made_at)
        score = {"popular": told["points"], "trending": told["doublings"] + told["days"]}[sort]
        assert (told["score"], told["score_now"]) == (pytest.approx(score), pytest.approx(score))
        asked = {str(who.user_id): set(why(f"sort={sort}", who)) for who in (ada, bob, Someone(), admin)}
        assert list(asked.values()) == [{first, second}, set(), set(), {first, second}]
    ranks.hear()
    told = why("sort=popular", ada)[first]
    assert (told["score"], told["score_now"], told["points"]) == (46.5, 51.5, 51.5), "the list knows no better yet"
    assert why("sort=popular&limit=1&page=2", admin)[second]["rank"] == 2


def test_points_are_never_less_than_none(ready: Make, ranks: Ranks, ada: Someone) -> None:
    disliked = ready()
    add(disliked, dislikes=3)
    ranks.run()
    told = why("sort=popular", ada)[disliked]
    assert (sum(one["points"] for one in told["parts"]), told["points"], told["score"]) == (-15, 0, 0)


def test_nobody_is_told_why_who_did_not_ask(ready: Make, ranks: Ranks, ada: Someone) -> None:
    ready()
    ranks.run()
    for query in ("sort=popular", "sort=popular&explain=false", "", "q=film"):
        assert get(query, ada).json["explanations"] is None


@pytest.mark.parametrize(
    "query", ["", "sort=latest", "q=a&sort=popular", "tags=a&sort=trending", f"sort=popular&author={SOMEBODY}"]
)
def test_what_is_not_ranked_beforehand_is_not_explained(ada: Someone, query: str) -> None:
    refused = get(f"{query}&explain=true", ada)
    assert refused.status == 422
    assert "explain" in refused.body


def test_key_of_an_administrator_is_told_no_more_than_others(
    ready: Make, ranks: Ranks, stage: Stage, someone: Any
) -> None:
    ready()
    ranks.run()
    key = api_key(stage, someone("head", "admin").user_id, "videos:read")
    answer = call(list_videos, "GET", "/api/videos", query="sort=popular&explain=true", headers={"x-api-key": key})
    assert (len(answer.json["videos"]), answer.json["explanations"]) == (1, [])
