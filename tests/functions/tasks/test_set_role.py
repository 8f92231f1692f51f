"""Roles, as the deployer gives them."""

from typing import Any

import pytest

from functions.api.accounts import edit_own_account, get_me, log_in, refresh_tokens, register_account
from functions.api.admin import list_audit_entries
from functions.tasks.set_role import handler
from shared.base import clock, tokens
from shared.base.errors import ConflictError, NotFoundError, UnavailableError
from shared.base.ids import new_id
from shared.contract.resources import AUDIT, SESSIONS, USERS
from shared.domains.accounts.model import User
from shared.domains.accounts.store.clerk import ClerkStore
from shared.domains.accounts.store.users import AccountStore
from tests.api import Answer, call
from tests.aws import Stage
from tests.functions.api.accounts.conftest import quick_hashes

__all__ = ["quick_hashes"]

PASSWORD = "Correct horse 1"
TRAIL = "/api/v1/admin/audit"


@pytest.fixture
def ada(stage: Stage, quick_hashes: None) -> dict[str, Any]:
    """Somebody who has just registered."""
    body = {"username": "Ada", "email": "ada@example.com", "password": PASSWORD}
    told: dict[str, Any] = call(register_account.handler, "POST", "/api/auth/register", body).json
    return told


def entered(login: str = "ada") -> dict[str, str]:
    answer = call(log_in.handler, "POST", "/api/auth/login", {"login": login, "password": PASSWORD})
    found: dict[str, str] = answer.json["tokens"]
    return found


def trail(token: str) -> Answer:
    return call(list_audit_entries.handler, "GET", TRAIL, token=token)


def roles(stage: Stage) -> list[str]:
    return [row["role"]["S"] for row in stage.rows(USERS)]


@pytest.mark.parametrize("login", ["ada", "ADA", "ada@example.com", "Ada@Example.com"])
def test_a_role_changes_wherever_it_is_kept(stage: Stage, ada: dict[str, Any], login: str) -> None:
    user_id = ada["user"]["id"]
    answer = handler({"login": login, "role": "admin"}, None)
    assert answer == {"user_id": user_id, "before": "user", "sessions_ended": 1}
    assert roles(stage) == ["admin"] * 3
    token = entered()["access_token"]
    assert tokens.verify(token, "access").role == "admin"
    begun, changed, first = trail(token).json["entries"]
    assert (begun["action"], first["action"]) == ("session.begun", "session.begun")
    assert (changed["action"], changed["target"], changed["actor"]) == ("role.changed", user_id, "deployer")
    assert changed["details"] == {"before": "user", "role": "admin", "sessions_ended": "1"}


def test_an_account_without_a_password_gets_a_role_too(stage: Stage) -> None:
    grace = User(new_id(), "grace", "grace@example.com", "Grace", clock.timestamp())
    assert ClerkStore.open().create("user_grace", grace) is None
    answer = handler({"login": "grace@example.com", "role": "admin"}, None)
    assert answer == {"user_id": grace.id, "before": "user", "sessions_ended": 0}
    assert [row["role"]["S"] for row in stage.rows(USERS) if "role" in row] == ["admin"] * 3


def test_case_10_who_loses_a_role_is_out_at_once(ada: dict[str, Any]) -> None:
    handler({"login": "ada", "role": "admin"}, None)
    first, second = entered(), entered()
    assert trail(first["access_token"]).status == 200
    assert handler({"login": "ada", "role": "user"}, None)["sessions_ended"] == 2
    for held in (first, second):
        assert trail(held["access_token"]).status == 401
        body = {"refresh_token": held["refresh_token"]}
        assert call(refresh_tokens.handler, "POST", "/api/auth/refresh", body).status == 401
    assert trail(entered()["access_token"]).status == 403


def test_more_sessions_than_a_transaction_takes_end_too(
    stage: Stage, ada: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RATE_SCALE", "1000")
    for _ in range(94):
        entered()
    assert handler({"login": "ada", "role": "creator"}, None)["sessions_ended"] == 95
    assert [row for row in stage.rows(SESSIONS) if "ended_at" not in row] == []


def test_who_has_the_role_already_stays_logged_in(stage: Stage, ada: dict[str, Any]) -> None:
    answer = handler({"login": "ada", "role": "user"}, None)
    assert answer == {"user_id": ada["user"]["id"], "before": "user", "sessions_ended": 0}
    assert call(get_me.handler, "GET", "/api/auth/me", token=ada["tokens"]["access_token"]).status == 200
    assert [row["action"]["S"] for row in stage.rows(AUDIT)] == ["session.begun"]


def test_an_account_that_is_renamed_meanwhile_is_not_torn(
    stage: Stage, ada: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    original = AccountStore.credentials

    def then_rename(store: AccountStore, login: str) -> Any:
        found = original(store, login)
        body = {"username": "countess"}
        token = ada["tokens"]["access_token"]
        assert call(edit_own_account.handler, "PATCH", "/api/v1/users/me", body, token=token).status == 200
        return found

    monkeypatch.setattr(AccountStore, "credentials", then_rename)
    with pytest.raises(ConflictError):
        handler({"login": "ada", "role": "admin"}, None)
    assert roles(stage) == ["user"] * 3
    assert [row["action"]["S"] for row in stage.rows(AUDIT)] == ["session.begun"]


def test_without_the_entry_in_the_trail_nothing_changes(stage: Stage, ada: dict[str, Any]) -> None:
    with (
        stage.refusing("dynamodb", "TransactWriteItems", "ThrottlingException") as fired,
        pytest.raises(UnavailableError),
    ):
        handler({"login": "ada", "role": "admin"}, None)
    assert fired
    assert roles(stage) == ["user"] * 3
    assert call(get_me.handler, "GET", "/api/auth/me", token=ada["tokens"]["access_token"]).status == 200


def test_nobody_of_that_name_is_told(stage: Stage) -> None:
    for login in ("nobody", "nobody@example.com", "@", "a" * 2000):
        with pytest.raises(NotFoundError, match="Nobody has this"):
            handler({"login": login, "role": "admin"}, None)


BAD: list[dict[str, Any]] = [
    {},
    {"login": "ada"},
    {"login": "", "role": "admin"},
    {"login": 7, "role": "admin"},
    {"login": "ada", "role": "service"},
    {"login": "ada", "role": "Admin"},
    {"login": "ada", "role": ["admin"]},
]


@pytest.mark.parametrize("event", BAD, ids=str)
def test_what_is_no_role_is_refused(stage: Stage, event: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"^(login|role): "):
        handler(event, None)
    assert stage.calls == []
