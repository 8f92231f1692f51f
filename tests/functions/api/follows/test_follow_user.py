"""POST /api/users/{user_id}/follow."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from functions.api.follows.follow_user import handler
from functions.api.follows.unfollow_user import handler as leave
from shared.base.ids import new_id
from shared.contract.resources import COUNTS, FOLLOWS
from shared.domains.follows.store import edges
from tests.api import call, call_in_a_thread
from tests.aws import Stage
from tests.callers import set_role
from tests.functions.api.follows.conftest import Person, get

EXAMPLE = {"success": True, "following": True, "follower_count": 1}


def test_the_example_of_the_source(ada: Person, bob: Person) -> None:
    answer = ada.follow(bob)
    assert (answer.status, answer.json) == (200, EXAMPLE)


def test_again_it_is_the_same_answer_and_nothing_is_written(ada: Person, bob: Person, stage: Stage) -> None:
    first = stage.calls_of(lambda: ada.follow(bob))
    assert [one for one in first if "Batch" in one or "Transact" in one] == [
        "dynamodb:BatchGetItem",
        "dynamodb:TransactWriteItems",
    ]
    rows = stage.rows(FOLLOWS), stage.rows(COUNTS)
    assert "dynamodb:TransactWriteItems" not in stage.calls_of(lambda: ada.follow(bob))
    assert ada.follow(bob).json == EXAMPLE
    assert (stage.rows(FOLLOWS), stage.rows(COUNTS)) == rows


def test_one_transaction_writes_three_items(ada: Person, bob: Person, stage: Stage) -> None:
    ada.follow(bob)
    [call] = [one for one in stage.calls if one.operation == "TransactWriteItems"]
    assert len(call.parameters["TransactItems"]) == 3, "two units each"


def test_nobody_follows_themselves(ada: Person, stage: Stage) -> None:
    for answer in (ada.follow(ada), ada.unfollow(ada)):
        assert (answer.status, answer.error["field_errors"]) == (422, {"user_id": ["You cannot follow yourself"]})
    assert stage.rows(FOLLOWS) == []


def test_who_is_not_there_is_closed_or_private_cannot_be_followed(
    ada: Person, bob: Person, eve: Person, stage: Stage
) -> None:
    nobody = new_id()
    missing = call(handler, "POST", f"/api/users/{nobody}/follow", token=ada.token, parameters={"user_id": nobody})
    set_role(stage, bob.id, "")
    eve.set(profile_visibility="private")
    for answer in (missing, ada.follow(bob), ada.follow(eve)):
        assert (answer.status, answer.error["message"]) == (404, "There is no such user")
    assert stage.rows(FOLLOWS) == []
    bad = call(handler, "POST", "/api/users/me/follow", token=ada.token, parameters={"user_id": "me"})
    assert bad.status == 422


def test_one_who_shows_themselves_to_followers_can_be_followed_by_anybody(ada: Person, bob: Person) -> None:
    bob.set(profile_visibility="followers")
    assert get(bob, reader=ada).status == 404
    assert ada.follow(bob).json == EXAMPLE
    assert get(bob, reader=ada).status == 200


def test_many_at_once_count_once_each(ada: Person, people: list[Person], stage: Stage) -> None:
    fans = people(6)  # type: ignore[operator]
    path, parameters = f"/api/users/{ada.id}/follow", {"user_id": ada.id}
    acts = [(fan, handler if number % 3 else leave) for number in range(4) for fan in fans]

    def act(what: tuple[Person, object]) -> int:
        fan, chosen = what
        method = "POST" if chosen is handler else "DELETE"
        return call_in_a_thread(chosen, method, path, token=fan.token, parameters=parameters).status  # type: ignore[arg-type]

    with ThreadPoolExecutor(6) as pool:
        assert set(pool.map(act, acts)) == {200}
    edges_of = {row["follower_id"]["S"] for row in stage.rows(FOLLOWS)}
    assert get(ada).json["user"]["follower_count"] == len(edges_of)
    for fan in fans:
        assert get(fan).json["user"]["following_count"] == int(fan.id in edges_of)


def test_followers_of_somebody_whom_many_follow_are_counted_in_all_items(
    ada: Person, people: list[Person], stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(edges, "SPREAD_FROM", 2)
    fans = people(12)  # type: ignore[operator]
    answers = [fan.follow(ada).json["follower_count"] for fan in fans]
    assert answers == list(range(1, 13))
    used = [row["of"]["S"] for row in stage.rows(COUNTS) if row["of"]["S"].startswith(f"user#{ada.id}")]
    assert len(used) > 2
    left = [fan.unfollow(ada).json["follower_count"] for fan in fans]
    assert left == list(reversed(range(12)))
