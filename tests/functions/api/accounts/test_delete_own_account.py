"""DELETE /api/v1/users/me."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pyotp
import pytest

from functions.api.accounts import get_me, log_in, refresh_tokens
from functions.api.accounts.delete_own_account import handler
from functions.api.credentials import confirm_mfa, enroll_mfa
from functions.api.keys import create_api_key
from shared.base import clock
from shared.contract.resources import AUDIT, DATA_REQUESTS, SESSIONS, USERS
from shared.domains.accounts.rules.lockout import MOST_FROM_ADDRESS
from shared.domains.privacy.service import closing
from tests.api import Answer, call, call_in_a_thread
from tests.aws import Stage
from tests.callers import user_token
from tests.clerk import clerk
from tests.clock import TurnedClock
from tests.functions.api.accounts.conftest import PASSWORD, Register
from tests.issuer import Issuer

__all__ = ["clerk"]
PATH = "/api/v1/users/me"
RIGHT = {"confirmation": "alice", "password": PASSWORD}


@pytest.fixture
def told(register: Register) -> dict[str, Any]:
    """What somebody is told who registers: user and tokens."""
    found: dict[str, Any] = register().json
    return found


@pytest.fixture
def token(told: dict[str, Any]) -> str:
    """Their access token."""
    return str(told["tokens"]["access_token"])


def delete(token: str, ask: Any = call, **wish: Any) -> Answer:
    answer: Answer = ask(handler, "DELETE", PATH, RIGHT | wish, token=token)
    return answer


def state(stage: Stage) -> list[Any]:
    return [stage.rows(table) for table in (USERS, SESSIONS, DATA_REQUESTS, AUDIT)]


def enter(login: str = "alice") -> int:
    return call(log_in.handler, "POST", "/api/auth/login", {"login": login, "password": PASSWORD}).status


def test_all_doors_are_closed_at_once(told: dict[str, Any], token: str, stage: Stage, register: Register) -> None:
    wish = {"name": "Nightly", "scopes": ["videos:read"]}
    key = call(create_api_key.handler, "POST", "/api/v1/api-keys", wish, token=token).json["key"]
    answer = delete(token)
    assert (answer.status, set(answer.json)) == (200, {"message"})
    stage.restart()
    assert [enter(login) for login in ("alice", "alice@example.com")] == [401, 401]
    refresh = {"refresh_token": told["tokens"]["refresh_token"]}
    assert call(refresh_tokens.handler, "POST", "/api/auth/refresh", refresh).status == 401
    assert [call(get_me.handler, "GET", "/api/auth/me", token=shown).status for shown in (token, key)] == [401, 401]
    assert delete(token).status == 401
    assert register("alice", email="other@example.com").status == 409
    assert register("other", email="alice@example.com").status == 409


def test_a_session_that_begins_while_the_password_is_looked_at_ends_too(
    token: str, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    original, fired = closing.password_matches, []

    def while_others_come(*asked: Any) -> bool:
        told = {"login": "alice", "password": PASSWORD}
        with ThreadPoolExecutor(1) as pool:
            coming = pool.submit(call_in_a_thread, log_in.handler, "POST", "/api/auth/login", told)
            fired.append(coming.result().status)
        return original(*asked)

    monkeypatch.setattr(closing, "password_matches", while_others_come)
    assert delete(token).status == 200
    assert fired == [200]
    assert [row for row in stage.rows(SESSIONS) if "ended_at" not in row] == []


def test_it_is_told_in_the_trail_and_left_to_be_erased(told: dict[str, Any], token: str, stage: Stage) -> None:
    assert delete(token).status == 200
    user_id = told["user"]["id"]
    [row] = stage.rows(DATA_REQUESTS)
    assert (row["user_id"]["S"], row["open_state"]["S"]) == (user_id, "erasing")
    [entry] = [row for row in stage.rows(AUDIT) if row["action"]["S"] == "account.closed"]
    assert (entry["actor"]["S"], entry["target"]["S"]) == (user_id, user_id)
    rows = stage.rows(USERS)
    assert {row["pk"]["S"] for row in rows} == {"username#alice", "email#alice@example.com"}
    assert {name for row in rows for name in row} == {"pk", "user_id", "closed_at"}
    assert all("ended_at" in row for row in stage.rows(SESSIONS))


BAD: list[tuple[dict[str, Any], str]] = [
    ({"confirmation": "Alice"}, "confirmation"),
    ({"confirmation": "alice@example.com"}, "confirmation"),
    ({"confirmation": ""}, "confirmation"),
    ({"password": "Wrong horse 1"}, "password"),
    ({"password": ""}, "password"),
    ({"sure": True}, "sure"),
]


@pytest.mark.parametrize(("wish", "field"), BAD, ids=str)
def test_bad_input_is_named_and_changes_nothing(token: str, stage: Stage, wish: dict[str, Any], field: str) -> None:
    before = state(stage)
    answer = delete(token, **wish)
    assert (answer.status, list(answer.error["field_errors"])) == (400, [field])
    assert state(stage) == before


def test_wrong_passwords_lock(token: str) -> None:
    wrong = [delete(token, password="Wrong horse 1").status for _ in range(MOST_FROM_ADDRESS)]
    assert wrong == [400] * MOST_FROM_ADDRESS
    assert (delete(token).status, delete(token).error["code"]) == (423, "ACCOUNT_LOCKED")


def test_a_second_factor_is_asked_for(token: str, turned_clock: TurnedClock, stage: Stage) -> None:
    made = call(enroll_mfa.handler, "POST", "/api/v1/auth/mfa/enroll", token=token).json
    app = pyotp.TOTP(made["secret"])
    code = {"mfa_code": app.at(int(clock.now()))}
    assert call(confirm_mfa.handler, "POST", "/api/v1/auth/mfa/confirm", code, token=token).status == 200
    before = state(stage)
    answers = [delete(token), delete(token, mfa_code="000000"), delete(token, **code)]
    assert [(answer.status, answer.error["code"]) for answer in answers] == [(401, "INVALID_CREDENTIALS")] * 3
    assert answers[0].error["details"][0]["code"] == "MFA_REQUIRED"
    assert state(stage) == before
    turned_clock.advance(30)
    assert delete(token, mfa_code=app.at(int(clock.now()))).status == 200


def test_a_session_that_has_ended_deletes_nothing(token: str, told: dict[str, Any], stage: Stage) -> None:
    other = user_token(stage, user_id=told["user"]["id"])
    assert delete(other).status == 200, "of two sessions any will do"
    assert delete(token).status == 401


def test_of_ten_at_once_one_closes(token: str, stage: Stage) -> None:
    with ThreadPoolExecutor(10) as pool:
        statuses = list(pool.map(lambda _: delete(token, call_in_a_thread).status, range(10)))
    assert statuses.count(200) == 1
    assert set(statuses) <= {200, 401, 409}
    assert len([row for row in stage.rows(AUDIT) if row["action"]["S"] == "account.closed"]) == 1


def test_somebody_of_clerks_gives_their_username_alone(turned_clock: TurnedClock, clerk: Issuer, stage: Stage) -> None:
    shown = clerk.token()
    user = call(get_me.handler, "GET", "/api/auth/me", token=shown).json["user"]
    answer = delete(shown, confirmation=user["username"], password="")
    assert answer.status == 200, answer.body
    stage.restart()
    assert call(get_me.handler, "GET", "/api/auth/me", token=shown).status == 401
