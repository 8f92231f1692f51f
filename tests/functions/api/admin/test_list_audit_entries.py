"""GET /api/v1/admin/audit."""

from typing import Any

import pytest

from functions.api.accounts import log_in, register_account
from functions.api.admin.list_audit_entries import handler
from functions.api.keys import create_api_key, delete_api_key, rotate_api_key
from functions.api.sessions import change_password, log_out
from shared.base import audit
from shared.base.audit import Action
from shared.base.tokens import verify
from tests.api import Answer, call
from tests.aws import Stage
from tests.callers import user_token
from tests.clock import TurnedClock

PASSWORD, NEW = "Correct horse 1", "Another horse battery 2"
MONTH = 31 * 86400


@pytest.fixture
def admin(stage: Stage) -> str:
    """An administrator's token."""
    return user_token(stage, "admin")


def listed(token: str, query: str = "") -> Answer:
    return call(handler, "GET", "/api/v1/admin/audit", token=token, query=query)


def entries(token: str, query: str = "") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = listed(token, query).json["entries"]
    return found


def test_the_trail_of_somebody_who_logs_in_changes_their_password_and_leaves(admin: str) -> None:
    body = {"username": "alice", "email": "alice@example.com", "password": PASSWORD}
    user_id = call(register_account.handler, "POST", "/api/auth/register", body).json["user"]["id"]
    credentials = {"login": "alice", "password": PASSWORD}
    told = call(log_in.handler, "POST", "/api/auth/login", credentials, headers={"x-request-id": "mine"})
    token = told.json["tokens"]["access_token"]
    wish = {"current_password": PASSWORD, "new_password": NEW}
    assert call(change_password.handler, "POST", "/api/v1/auth/password", wish, token=token).status == 200
    assert call(log_out.handler, "POST", "/api/v1/auth/logout", token=token).status == 200
    found = entries(admin, f"target={user_id}")
    actions = ["session.ended", "password.changed", "session.begun", "session.begun"]
    assert [entry["action"] for entry in found] == actions
    assert {(entry["actor"], entry["target"], entry["acting_as"]) for entry in found} == {(user_id, user_id, "")}
    begun = found[-2]
    assert (begun["request_id"], begun["route"]) == ("mine", "POST /api/auth/login")
    assert (begun["address"], begun["result"]) == ("203.0.113.7", "done")
    assert begun["details"] == {"session": verify(token, "access").session_id}
    assert entries(admin, f"actor={user_id}") == found
    assert entries(admin) == found
    assert PASSWORD not in listed(admin).body


def test_the_guess_that_locks_is_kept_and_no_other(admin: str) -> None:
    body = {"username": "alice", "email": "alice@example.com", "password": PASSWORD}
    user_id = call(register_account.handler, "POST", "/api/auth/register", body).json["user"]["id"]
    for login in ("alice", "nobody"):
        for _ in range(6):
            call(log_in.handler, "POST", "/api/auth/login", {"login": login, "password": "Wrong horse 1"})
    locked, _registered = entries(admin)
    assert (locked["action"], locked["target"], locked["actor"]) == ("account.locked", user_id, "")


def test_pages_go_back_through_the_months_and_repeat_nothing(
    admin: str, turned_clock: TurnedClock, stage: Stage
) -> None:
    with stage.unrecorded():
        for number in range(7):
            audit.record(Action.ROLE_CHANGED, f"user-{number}", role="admin")
            turned_clock.advance(MONTH if number == 3 else 1)
    fresh = user_token(stage, "admin")
    seen: list[str] = []
    cursor = ""
    while True:
        answer = listed(fresh, f"limit=2&cursor={cursor}").json
        seen += [entry["target"] for entry in answer["entries"]]
        assert answer["pagination"]["has_prev"] == bool(cursor)
        cursor = answer["pagination"]["next_cursor"]
        if not cursor:
            break
        assert len(answer["entries"]) == 2
    assert seen == [f"user-{number}" for number in reversed(range(7))]


def test_an_empty_trail_is_an_empty_list(admin: str) -> None:
    answer = listed(admin)
    assert (answer.status, answer.json["entries"]) == (200, [])
    assert not answer.json["pagination"]["has_next"]


def test_a_cursor_is_good_for_its_list_alone(admin: str, stage: Stage) -> None:
    with stage.unrecorded():
        for _ in range(3):
            audit.record(Action.ROLE_CHANGED, "somebody", actor="administrator")
    cursor = listed(admin, "limit=1").json["pagination"]["next_cursor"]
    assert listed(admin, f"limit=1&cursor={cursor}").status == 200
    for query in (f"cursor={cursor}&target=somebody", f"cursor={cursor}x", "cursor=%00"):
        answer = listed(admin, query)
        assert (answer.status, answer.error["code"]) == (400, "INVALID_CURSOR")
    other = user_token(stage, "admin")
    assert listed(other, f"cursor={cursor}").status == 400


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "limit=x", "actor=a&target=b", f"actor={'x' * 101}"])
def test_bad_queries_are_named(admin: str, query: str) -> None:
    answer = listed(admin, query)
    assert (answer.status, answer.error["code"]) == (400, "VALIDATION_ERROR")


@pytest.mark.parametrize("role", ["viewer", "user", "creator"])
def test_case_34_others_may_not_read_it(stage: Stage, role: str) -> None:
    answer = listed(user_token(stage, role))
    assert (answer.status, answer.error["code"]) == (403, "INSUFFICIENT_PERMISSIONS")


def test_what_cannot_be_kept_is_not_done(stage: Stage, admin: str) -> None:
    """A login whose entry cannot be written begins no session: both are one transaction."""
    body = {"username": "alice", "email": "alice@example.com", "password": PASSWORD}
    call(register_account.handler, "POST", "/api/auth/register", body)
    with stage.refusing("dynamodb", "TransactWriteItems", "ThrottlingException") as fired:
        answer = call(log_in.handler, "POST", "/api/auth/login", {"login": "alice", "password": PASSWORD})
    assert fired
    assert answer.status == 503
    assert [entry["action"] for entry in entries(admin)] == ["session.begun"], "that of registering"


def test_what_becomes_of_a_key_is_told_without_the_key(stage: Stage, admin: str) -> None:
    body = {"username": "alice", "email": "alice@example.com", "password": PASSWORD}
    made = call(register_account.handler, "POST", "/api/auth/register", body).json
    token, user_id = made["tokens"]["access_token"], made["user"]["id"]
    wish = {"name": "Nightly", "scopes": ["videos:read"]}
    key = call(create_api_key.handler, "POST", "/api/v1/api-keys", wish, token=token).json
    path, parameters = f"/api/v1/api-keys/{key['id']}", {"key_id": key["id"]}
    rotated = call(rotate_api_key.handler, "POST", f"{path}/rotate", token=token, parameters=parameters).json
    assert call(delete_api_key.handler, "DELETE", path, token=token, parameters=parameters).status == 200
    answer = listed(admin, f"target={key['id']}")
    found = answer.json["entries"]
    assert [entry["action"] for entry in found] == ["api_key.deleted", "api_key.rotated", "api_key.created"]
    assert {entry["actor"] for entry in found} == {user_id}
    assert found[-1]["details"] == {"name": "Nightly", "scopes": "videos:read"}
    assert key["key"] not in answer.body
    assert rotated["key"] not in answer.body
