"""GET /api/videos/{video_id}/comments."""

from typing import Any

import pytest

from functions.api.videos.edit_video import handler as edit
from shared.base import aws
from shared.base.ids import new_id
from shared.base.transactions import write_together
from shared.contract.resources import REACTIONS
from shared.domains.comments.model import Comment
from shared.domains.comments.store.comments import CommentStore
from shared.domains.comments.store.writes import creation, opinion
from shared.domains.videos.model import Author
from tests.aws import Stage, real_name
from tests.clock import TurnedClock
from tests.functions.api.comments.conftest import NOBODY, Make, comments, contents, said, without_guards
from tests.functions.api.videos.conftest import Someone


def react(stage: Stage, who: Someone, comment_id: str, reaction: str, count: int = 1) -> None:
    """Somebody likes a comment, and `count - 1` others, as the table of reactions has it."""
    item = {"user_id": {"S": who.user_id}, "target": {"S": f"comment#{comment_id}"}, "reaction": {"S": reaction}}
    with stage.unrecorded():
        aws.client("dynamodb").put_item(TableName=real_name(REACTIONS), Item=item)
        comment = CommentStore.open().get(comment_id)
        assert comment
        assert write_together(opinion(comment, {f"{reaction}s": count})) is None


def test_list_of_001_in_its_three_orders(ready: Make, bob: Someone, stage: Stage, turned_clock: TurnedClock) -> None:
    video_id = ready()
    ids = []
    for text in ("one", "two", "three"):
        ids.append(said(bob, video_id, text)["id"])
        turned_clock.seconds += 1
    react(stage, bob, ids[1], "like", 3)
    react(stage, bob, ids[2], "dislike")
    assert contents(comments(NOBODY, video_id)) == ["three", "two", "one"]
    assert contents(comments(NOBODY, video_id, "sort=newest")) == ["three", "two", "one"]
    assert contents(comments(NOBODY, video_id, "sort=oldest")) == ["one", "two", "three"]
    assert contents(comments(NOBODY, video_id, "sort=top")) == ["two", "one", "three"]
    assert comments(NOBODY, video_id, "sort=best").status == 422


def test_pagination_is_exact(ready: Make, bob: Someone) -> None:
    video_id = ready()
    parent = said(bob, video_id, "0")["id"]
    for number in range(1, 5):
        said(bob, video_id, f"{number}")
    said(bob, video_id, "a reply is in no list of the video", parent)
    first = comments(NOBODY, video_id, "limit=2&sort=oldest").json["pagination"]
    assert first.pop("next_cursor")
    assert first == {
        "current_page": 1,
        "total_pages": 3,
        "total_items": 5,
        "total_is_capped": False,
        "has_next": True,
        "has_prev": False,
    }
    last = comments(NOBODY, video_id, "limit=2&sort=oldest&page=3")
    assert contents(last) == ["4"]
    assert (last.json["pagination"]["has_next"], last.json["pagination"]["has_prev"]) == (False, True)
    assert contents(comments(NOBODY, video_id, "limit=2&page=4")) == []


@pytest.mark.parametrize("sort", ["newest", "oldest", "top"])
def test_cursor_leads_through_all(ready: Make, bob: Someone, sort: str) -> None:
    video_id = ready()
    texts = {said(bob, video_id, f"{number}")["content"] for number in range(7)}
    seen: list[str] = []
    query = f"limit=3&sort={sort}"
    while query:
        answer = comments(bob, video_id, query)
        seen += contents(answer)
        cursor = answer.json["pagination"]["next_cursor"]
        query = f"limit=3&sort={sort}&cursor={cursor}" if cursor else ""
    assert sorted(seen) == sorted(texts)


def test_case_52_cursor_is_good_for_its_own_list_alone(ready: Make, ada: Someone, bob: Someone) -> None:
    video_id, other = ready(), ready()
    for _ in range(3):
        said(bob, video_id)
        said(bob, other)
    cursor = comments(bob, video_id, "limit=1").json["pagination"]["next_cursor"]
    assert comments(bob, video_id, f"limit=1&cursor={cursor}").status == 200
    for answer in (
        comments(ada, video_id, f"limit=1&cursor={cursor}"),
        comments(bob, video_id, f"limit=1&sort=oldest&cursor={cursor}"),
        comments(bob, other, f"limit=1&cursor={cursor}"),
        comments(bob, video_id, "cursor=bnVsbA"),
    ):
        assert (answer.status, answer.error["code"]) == (400, "INVALID_CURSOR")


def test_caller_is_told_what_they_think_of_each(ready: Make, ada: Someone, bob: Someone, stage: Stage) -> None:
    video_id = ready()
    liked, disliked, other = (said(ada, video_id, text)["id"] for text in ("a", "b", "c"))
    react(stage, bob, liked, "like")
    react(stage, bob, disliked, "dislike")
    told = {one["id"]: one["user_interaction"] for one in comments(bob, video_id).json["comments"]}
    assert told == {
        liked: {"liked": True, "disliked": False},
        disliked: {"liked": False, "disliked": True},
        other: {"liked": False, "disliked": False},
    }
    shown = comments(NOBODY, video_id).json["comments"]
    assert not any(one["user_interaction"]["liked"] or one["user_interaction"]["disliked"] for one in shown)
    assert {one["id"]: one["like_count"] - one["dislike_count"] for one in shown} == {liked: 1, disliked: -1, other: 0}


def test_case_33_comments_disappear_with_the_video(ready: Make, ada: Someone, bob: Someone) -> None:
    video_id = ready()
    said(bob, video_id)
    assert contents(comments(bob, video_id)) == ["Nice"]
    assert ada.call(edit, "PATCH", f"/api/videos/{video_id}", {"visibility": "private"}).status == 200
    for who in (bob, NOBODY):
        assert comments(who, video_id).status == 404
    assert contents(comments(ada, video_id)) == ["Nice"]
    assert comments(bob, new_id()).status == 404


@pytest.mark.parametrize(("query", "most"), [("limit=20", 2), ("limit=20&page=3", 2), ("limit=50", 3)])
def test_page_is_a_query_and_one_read_of_what_it_shows(
    ready: Make, bob: Someone, stage: Stage, query: str, most: int
) -> None:
    video_id = ready()
    for number in range(52):
        comment = Comment(
            id=new_id(), video_id=video_id, author_id=bob.user_id, author=Author(bob.user_id, "bob", "Bob"), content="."
        )
        assert write_together(*creation(comment)) is None, number
    comments(bob, video_id)
    calls = without_guards(stage, lambda: comments(bob, video_id, query))
    assert calls == ["dynamodb:Query", *["dynamodb:BatchGetItem"] * (most - 1)]
    assert stage.calls[-most].parameters["Limit"] <= 61
    keys = stage.calls[1 - most].parameters["RequestItems"]
    read = {name.rpartition("-")[2]: len(asked["Keys"]) for name, asked in keys.items()}
    shown = len(comments(bob, video_id, query).json["comments"])
    thoughts = {"reactions": shown} if most == 2 else {}
    assert read == {"videos": 1, "counts": 4, "comments": shown, **thoughts}


def test_strangers_read_at_half_the_price_and_caches_keep_it_a_minute(ready: Make, bob: Someone, stage: Stage) -> None:
    video_id = ready()
    said(bob, video_id)
    answer = comments(NOBODY, video_id)
    assert answer.headers["cache-control"] == "public, max-age=0, s-maxage=60"
    asked: dict[str, Any] = stage.calls[-1].parameters["RequestItems"]
    assert {one["ConsistentRead"] for one in asked.values()} == {False}
    assert comments(bob, video_id).headers["cache-control"] == "private, no-store"
