"""Entering by both editions, and looking after sessions and accounts, deployed and under the functions' own roles."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.journeys.creator import PASSWORD, Creator, registered
from tests.journeys.traveller import Traveller

NEXT = "Journey-Horse-13"


@pytest.fixture(scope="module")
def creator(traveller: Traveller) -> Iterator[Creator]:
    """A creator for all that follows."""
    with registered(traveller, "creator") as found:
        yield found


def test_a_creator_enters_refreshes_and_leaves(creator: Creator) -> None:
    told = creator.enter()
    assert told["user"]["full_name"] == "A Creator"
    renewed = creator.post("/api/v1/auth/refresh", {"refresh_token": told["refresh_token"]})
    assert renewed.status_code == 200, renewed.text
    repeated = creator.post("/api/v1/auth/refresh", {"refresh_token": told["refresh_token"]})
    assert repeated.json()["refresh_token"] == renewed.json()["refresh_token"]
    left = creator.post("/api/v1/auth/logout", {"refresh_token": renewed.json()["refresh_token"]})
    assert left.status_code == 200, left.text
    assert creator.post("/api/auth/logout").status_code == 200
    dead = creator.post("/api/v1/auth/refresh", {"refresh_token": renewed.json()["refresh_token"]})
    assert dead.status_code == 401


def test_sessions_are_listed_and_ended(creator: Creator) -> None:
    creator.enter(agent="a phone")
    creator.enter(agent="a laptop")
    shown = creator.api.get("/api/v1/auth/sessions").json()["sessions"]
    assert [session["user_agent"] for session in shown[:2]] == ["a laptop", "a phone"]
    assert creator.api.delete(f"/api/v1/auth/sessions/{shown[1]['id']}").status_code == 200
    left = creator.api.get("/api/v1/auth/sessions").json()["sessions"]
    assert [session["id"] for session in left] == [shown[0]["id"], *(session["id"] for session in shown[2:])]


def test_a_password_is_changed_and_guessing_it_locks(creator: Creator) -> None:
    creator.enter()
    body = {"current_password": "Wrong-Horse-12", "new_password": NEXT}
    assert creator.post("/api/v1/auth/password", body).status_code == 400
    answer = creator.post("/api/v1/auth/password", body | {"current_password": PASSWORD})
    assert answer.status_code == 200, answer.text
    wrong = [creator.post("/api/v1/auth/login", {"email": creator.email, "password": PASSWORD}) for _ in range(5)]
    assert [one.status_code for one in wrong] == [401, 401, 401, 401, 423], "one wrong guess had been counted"


def test_many_guesses_elsewhere_close_an_account_but_not_to_where_it_is_used(traveller: Traveller) -> None:
    """The counter of all addresses is turned up behind the scenes: 50 guesses come from ten addresses."""
    table, name = traveller.aws("dynamodb"), "showreel-dev-limits"
    with registered(traveller, "guessed") as other:
        other.enter()
        other.post("/api/v1/auth/login", {"email": other.email, "password": "Wrong-Horse-12"})
        _turn_up(table, name)
        assert other.enter()["user"]["full_name"] == "A Creator"
        watch = other.post("/api/auth/login", {"login": other.email, "password": PASSWORD})
        assert watch.status_code == 200, watch.text


def _turn_up(table: Any, name: str) -> None:
    """Set the counter of all addresses to its end wherever one address has a counter too."""
    rows = table.scan(TableName=name, ConsistentRead=True)["Items"]
    keys = [row["bucket"]["S"] for row in rows if row["bucket"]["S"].startswith("failures#")]
    both = [key for key in keys if key.count("#") == 1 and any(one.startswith(f"{key}#") for one in keys)]
    for key in both:
        table.update_item(
            TableName=name,
            Key={"bucket": {"S": key}},
            UpdateExpression="SET failures = :many",
            ExpressionAttributeValues={":many": {"N": "50"}},
        )


def test_profile_and_account_are_shown_and_changed(traveller: Traveller) -> None:
    wish = {"display_name": "Traveller", "bio": "On the road.", "settings": {"privacy": {"show_followers": False}}}
    changed = traveller.request("PATCH", "/api/user/profile", json=wish)
    assert changed.status_code == 200, changed.text
    shown = traveller.request("GET", "/api/user/profile").json()
    assert shown == changed.json()
    assert (shown["user"]["bio"], shown["settings"]["privacy"]["show_followers"]) == ("On the road.", False)

    name = f"{traveller.name}_2"
    edited = traveller.request("PATCH", "/api/v1/users/me", json={"username": name, "monthly_budget": 20})
    assert edited.status_code == 200, edited.text
    account = traveller.request("GET", "/api/v1/users/me").json()
    assert (account["username"], account["monthly_budget"], account["full_name"]) == (name, 20.0, "Traveller")
    assert traveller.request("PATCH", "/api/v1/users/me", json={"username": traveller.name}).status_code == 200


def test_the_trail_tells_administrators_what_was_done(creator: Creator, traveller: Traveller) -> None:
    with registered(traveller, "head") as head:
        user_id = head.enter()["user"]["id"]
        assert head.api.get("/api/v1/admin/audit").status_code == 403
        traveller.invoke("set_role", {"login": head.email, "role": "admin"})
        assert head.api.get("/api/v1/admin/audit").status_code == 401
        head.enter()
        latest = head.api.get("/api/v1/admin/audit").json()["entries"]
        assert (latest[0]["action"], latest[0]["target"]) == ("session.begun", user_id)
        for query in (f"actor={user_id}", f"target={user_id}"):
            found = head.api.get(f"/api/v1/admin/audit?{query}").json()["entries"]
            acts = [entry["action"] for entry in found if entry["action"] != "role.changed"]
            assert acts == ["session.begun", "session.begun"]
