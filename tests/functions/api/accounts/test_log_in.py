"""POST /api/auth/login."""

from typing import Any

import pytest

from functions.api.accounts.log_in import handler
from shared.base import aws
from shared.contract.resources import PASSWORD_PEPPER, SESSIONS
from tests.api import Answer, call
from tests.aws import Stage
from tests.examples import differences
from tests.functions.api.accounts.conftest import PASSWORD, Register
from tests.functions.api.accounts.test_register_account import EXAMPLE


def log_in(login: Any = "alice", password: Any = PASSWORD, **more: Any) -> Answer:
    return call(handler, "POST", "/api/auth/login", {"login": login, "password": password, **more})


@pytest.mark.parametrize("login", ["alice", "ALICE", "Alice@example.com"])
def test_the_example_of_the_source(register: Register, login: str) -> None:
    user = register().json["user"]
    answer = log_in(login)
    assert answer.status == 200
    assert differences({**EXAMPLE, "message": "string"}, answer.json) == []
    assert answer.json["user"] == user


def test_a_code_is_not_looked_at_without_a_second_factor(register: Register) -> None:
    register()
    assert log_in(mfa_code="123456").status == 200


def test_unknown_and_wrong_look_the_same(register: Register) -> None:
    register()
    answers = [log_in(password="Wrong horse 1"), log_in("nobody"), log_in("nobody@example.com"), log_in("a@b@c")]
    assert [answer.status for answer in answers] == [401] * 4
    own = {"request_id", "timestamp"}
    assert len({str({k: v for k, v in answer.error.items() if k not in own}) for answer in answers}) == 1
    assert answers[0].error["code"] == "UNAUTHORIZED"
    changing = {"x-request-id", "ratelimit", "x-ratelimit-remaining", "x-ratelimit-reset"}
    assert len({str({k: v for k, v in answer.headers.items() if k not in changing}) for answer in answers}) == 1


BAD: list[dict[str, Any]] = [
    {"login": ""},
    {"login": None},
    {"login": 7},
    {"login": "x" * 255},
    {"password": ""},
    {"password": ["a"]},
    {"password": "x" * 257},
    {"mfa_code": 123456},
    {"role": "admin"},
    {"user_id": "x"},
]


@pytest.mark.parametrize("changes", BAD, ids=str)
def test_bad_input_is_named_and_begins_no_session(stage: Stage, changes: dict[str, Any]) -> None:
    answer = log_in(**{"login": "alice", "password": PASSWORD, **changes})
    assert (answer.status, answer.error["code"]) == (422, "VALIDATION_ERROR")
    assert list(answer.error["field_errors"]) == list(changes)
    assert stage.rows(SESSIONS) == []


def test_the_eleventh_in_a_minute_waits(register: Register) -> None:
    statuses = [register().status, *(log_in(f"nobody_{number}").status for number in range(10))]
    assert statuses == [201, *([401] * 9), 429]  # register, login and refresh share the bucket


def test_no_session_begins_without_the_key(stage: Stage, register: Register) -> None:
    register()
    before = stage.rows(SESSIONS)
    stage.restart()
    aws.secret(PASSWORD_PEPPER.variable)
    with stage.refusing("secretsmanager", "GetSecretValue", "InternalServiceError") as fired:
        assert log_in().status == 503
    assert fired
    assert stage.rows(SESSIONS) == before
