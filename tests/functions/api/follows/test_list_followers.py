"""GET /api/users/{user_id}/followers. What holds for both lists is asked of this one."""

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.base import counts
from shared.base.transactions import write_together
from shared.contract.resources import USER_LISTED, USERS
from shared.domains.follows.store import edges
from tests.aws import Stage, real_name
from tests.callers import set_role
from tests.clock import TurnedClock
from tests.examples import differences
from tests.functions.api.follows.conftest import Person, get

People = Callable[[int], list[Person]]

EXAMPLE = {
    "id": "uuid",
    "username": "string",
    "display_name": "string",
    "avatar_url": "string",
    "follower_count": "number",
    "followed_at": "moment",
}
PAGE = {"current_page": 1, "total_pages": 1, "has_next": False, "has_prev": False, "next_cursor": None}


def ids(person: Person, reader: Person | None = None, query: str = "") -> list[str]:
    answer = get(person, "/followers", reader, query)
    assert answer.status == 200, answer.body
    return [one["id"] for one in answer.json["followers"]]


def test_the_example_of_the_source(ada: Person, bob: Person, eve: Person) -> None:
    bob.follow(ada)
    eve.follow(bob)
    answer = get(ada, "/followers")
    [fan] = answer.json["followers"]
    assert differences(EXAMPLE, fan) == []
    assert set(fan) == set(EXAMPLE)
    assert (fan["id"], fan["follower_count"]) == (bob.id, 1)
    assert answer.json["pagination"] == {**PAGE, "total_items": 1, "total_is_capped": False}
    assert "s-maxage=60" in answer.headers["cache-control"]


def test_the_latest_are_first_page_by_page(ada: Person, people: People, turned_clock: TurnedClock) -> None:
    fans = people(5)
    for fan in fans:
        fan.follow(ada)
        turned_clock.advance(1)
    wanted = [fan.id for fan in reversed(fans)]
    first = get(ada, "/followers", query="limit=2").json
    assert [one["id"] for one in first["followers"]] == wanted[:2]
    assert (first["pagination"]["total_items"], first["pagination"]["total_pages"]) == (5, 3)
    fans[0].unfollow(ada)
    following = get(ada, "/followers", query=f"limit=2&cursor={first['pagination']['next_cursor']}").json
    assert [one["id"] for one in following["followers"]] == wanted[2:4]
    assert (following["pagination"]["has_next"], following["pagination"]["has_prev"]) == (False, True)
    assert ids(ada, query="limit=2&page=2") == wanted[2:4]
    assert ids(ada, query="limit=2&page=3") == []


def test_a_cursor_is_good_for_its_list_and_reader_alone(ada: Person, bob: Person, people: People) -> None:
    for fan in people(2):
        fan.follow(ada)
    cursor = get(ada, "/followers", query="limit=1").json["pagination"]["next_cursor"]
    for answer in (
        get(ada, "/following", query=f"cursor={cursor}"),
        get(bob, "/followers", query=f"cursor={cursor}"),
        get(ada, "/followers", bob, f"cursor={cursor}"),
        get(ada, "/followers", query=f"cursor={cursor}x"),
    ):
        assert (answer.status, answer.error["code"]) == (400, "INVALID_CURSOR")
    assert get(ada, "/followers", query="page=1001").error["code"] == "INVALID_PAGE"


def test_two_calls_that_read_what_they_tell_and_no_more_of_people_than_is_granted(
    ada: Person, bob: Person, people: People, stage: Stage
) -> None:
    for fan in people(3):
        fan.follow(ada)
    get(ada, "/followers", bob, "limit=2")
    before = len(stage.calls)
    get(ada, "/followers", bob, "limit=2")
    query, batch = [one for one in stage.calls[before:] if "limits" not in str(one.parameters)]
    assert (query.operation, query.parameters["Limit"]) == ("Query", 3)
    asked = batch.parameters["RequestItems"]
    assert {name.rpartition("-")[2]: len(one["Keys"]) for name, one in asked.items()} == {
        "users": 3,
        "counts": 4 + 2,
        "follows": 1,
    }
    assert set(asked[real_name(USERS)]["ExpressionAttributeNames"].values()) == set(USER_LISTED.split())
    assert not any(one["ConsistentRead"] for one in asked.values())


def test_a_full_page_fits_into_a_read(ada: Person, people: People, stage: Stage) -> None:
    """As many as a page takes, each followed by so many that all of their items are read."""
    fans = people(30)
    for fan in fans:
        fan.follow(ada)
        write_together(counts.adding_first(f"user#{fan.id}", {edges.SPREAD: 1}))
    write_together(counts.adding(f"user#{fans[0].id}", "somebody", {"followers": 1234}))
    before = len(stage.calls)
    told = get(ada, "/followers", query="limit=30").json
    assert {one["id"]: one["follower_count"] for one in told["followers"]}[fans[0].id] == 1234
    assert told["pagination"]["total_items"] == 30
    reads = [one for one in stage.calls[before:] if one.operation == "BatchGetItem"]
    sizes = [sum(len(some["Keys"]) for some in one.parameters["RequestItems"].values()) for one in reads]
    assert len(sizes) == 2
    assert max(sizes) <= 100


def test_a_list_is_shown_to_whom_its_user_wants(ada: Person, bob: Person, eve: Person) -> None:
    bob.follow(ada)
    for privacy, follower in (
        ({"show_followers": False}, 404),
        ({"show_followers": True, "profile_visibility": "followers"}, 200),
        ({"profile_visibility": "private"}, 404),
    ):
        ada.set(**privacy)
        assert [get(ada, "/followers").status, get(ada, "/followers", eve).status] == [404, 404]
        assert get(ada, "/followers", bob).status == follower
        assert ids(ada, ada) == [bob.id]
        assert get(ada, "/followers", eve).error["message"] == "There is no such user"


@pytest.mark.parametrize(
    "privacy",
    [{"show_following": False}, {"profile_visibility": "followers"}, {"profile_visibility": "private"}],
    ids=str,
)
def test_who_does_not_show_whom_they_follow_is_not_seen_in_the_lists_of_others(
    ada: Person, bob: Person, eve: Person, privacy: dict[str, object]
) -> None:
    bob.follow(ada)
    eve.follow(ada)
    bob.set(**privacy)
    assert ids(ada) == ids(ada, eve) == [eve.id]
    assert get(ada, "/followers").json["pagination"]["total_items"] == 2
    assert set(ids(ada, bob)) == set(ids(ada, ada)) == {bob.id, eve.id}
    told = {one["id"]: one["follower_count"] for one in get(ada, "/followers", ada).json["followers"]}
    assert told == {eve.id: 0, bob.id: 0 if privacy == {"show_following": False} else None}


def test_who_is_gone_is_left_out_and_has_no_list(ada: Person, bob: Person, stage: Stage) -> None:
    bob.follow(ada)
    set_role(stage, bob.id, "")
    assert ids(ada) == []
    assert get(bob, "/followers").status == 404


ACTS = st.lists(st.tuples(st.sampled_from(["follow", "unfollow", "next"]), st.integers(0, 5)), max_size=14)


@settings(max_examples=4, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=ACTS)
def test_whatever_happens_meanwhile_nobody_who_stays_is_missed_or_seen_twice(
    people: People, turned_clock: TurnedClock, acts: list[tuple[str, int]]
) -> None:
    ada, *fans = people(7)
    staying = fans[:4]
    for fan in staying:
        fan.follow(ada)
        turned_clock.advance(1)
    seen: list[str] = []
    cursor: str | None = ""
    follows = set(staying)
    for act, number in (*acts, *[("next", 0)] * 4):
        turned_clock.advance(1)
        fan = fans[number]
        if act == "next" and cursor is not None:
            told = get(ada, "/followers", query=f"limit=3&cursor={cursor}" if cursor else "limit=3").json
            seen += [one["id"] for one in told["followers"]]
            cursor = told["pagination"]["next_cursor"]
        elif act == "follow":
            follows.add(fan)
            assert fan.follow(ada).json["follower_count"] == len(follows)
        elif act == "unfollow" and fan not in staying:
            follows.discard(fan)
            assert fan.unfollow(ada).json["follower_count"] == len(follows)
    assert {fan.id for fan in staying} <= set(seen)
    assert len([one for one in seen if one in {fan.id for fan in staying}]) == len(staying)
