"""POST /api/v1/auth/password."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from functions.api.sessions import end_session, log_in_creator, renew_session
from functions.api.sessions.change_password import handler
from shared.base import tokens
from shared.contract.resources import SESSIONS, USERS
from shared.domains.accounts.errors import InvalidPasswordError
from shared.domains.accounts.model import Device
from shared.domains.accounts.service.passwords import PasswordService
from tests.api import Answer, call
from tests.aws import Stage
from tests.functions.api.sessions.conftest import PASSWORD, LogIn

NEW = "Another horse battery 2"


def change(token: str, current: Any = PASSWORD, new: Any = NEW, **more: Any) -> Answer:
    body = {"current_password": current, "new_password": new, **more}
    return call(handler, "POST", "/api/v1/auth/password", body, token=token)


def entered(password: str) -> int:
    body = {"email": "ada@example.com", "password": password}
    return call(log_in_creator.handler, "POST", "/api/v1/auth/login", body).status


def test_the_new_one_holds_in_both_rows_and_all_other_sessions_end(log_in: LogIn, stage: Stage) -> None:
    other, here = log_in(), log_in()
    assert change(here["access_token"]).status == 200
    assert (entered(PASSWORD), entered(NEW)) == (401, 200)
    assert len({row["password_hash"]["S"] for row in stage.rows(USERS) if "password_hash" in row}) == 1
    renewed = [
        call(renew_session.handler, "POST", "/api/v1/auth/refresh", {"refresh_token": made["refresh_token"]}).status
        for made in (other, here)
    ]
    assert renewed == [401, 200]
    assert change(other["access_token"], NEW, PASSWORD).status == 401, "refused at once"


def test_three_calls(log_in: LogIn, stage: Stage) -> None:
    token = log_in()["access_token"]
    change(token)
    log_in()
    calls = [one for one in stage.calls_of(lambda: change(token, NEW, PASSWORD)) if one.startswith("dynamodb")]
    assert calls[-3:] == ["dynamodb:BatchGetItem", "dynamodb:Query", "dynamodb:TransactWriteItems"]


BAD: list[tuple[dict[str, Any], set[str]]] = [
    ({"current": "Wrong horse battery 1"}, {"current_password"}),
    ({"new": "short"}, {"new_password"}),
    ({"new": "Correcthorse1"}, {"new_password"}),
    ({"new": PASSWORD}, {"new_password"}),
    ({"current": ""}, {"current_password"}),
    ({"user_id": "x"}, {"user_id"}),
]


@pytest.mark.parametrize(("changes", "fields"), BAD, ids=str)
def test_bad_input_is_named_and_changes_nothing(
    log_in: LogIn, stage: Stage, changes: dict[str, Any], fields: set[str]
) -> None:
    token = log_in()["access_token"]
    before = stage.rows(USERS), stage.rows(SESSIONS)
    answer = change(token, **changes)
    assert (answer.status, answer.error["code"], set(answer.error["field_errors"])) == (400, "VALIDATION_ERROR", fields)
    assert (stage.rows(USERS), stage.rows(SESSIONS)) == before


def test_guessing_the_present_one_locks(log_in: LogIn) -> None:
    token = log_in()["access_token"]
    assert [change(token, f"Wrong horse battery {number}").status for number in range(6)] == [*([400] * 5), 423]
    assert change(token).status == 423


def test_of_changes_at_once_one_is_made(log_in: LogIn, stage: Stage) -> None:
    claims = tokens.verify(log_in()["access_token"], "access")

    def attempt(number: int) -> str:
        passwords = PasswordService.open()
        try:
            passwords.change(claims.email, claims.session_id, Device(), PASSWORD, f"{NEW} {number}")
        except InvalidPasswordError as error:
            return ",".join(error.field_errors)
        return "made"

    with ThreadPoolExecutor(5) as pool:
        told = list(pool.map(attempt, range(5)))
    assert sorted(told) == [*(["current_password"] * 4), "made"]
    assert entered(f"{NEW} {told.index('made')}") == 200


def test_a_session_that_ended_changes_nothing(log_in: LogIn, stage: Stage) -> None:
    made = log_in()
    session_id = tokens.verify(made["access_token"], "access").session_id
    path = f"/api/v1/auth/sessions/{session_id}"
    parameters = {"session_id": session_id}
    assert call(end_session.handler, "DELETE", path, token=made["access_token"], parameters=parameters).status == 200
    assert change(made["access_token"]).status == 401
    assert entered(PASSWORD) == 200
