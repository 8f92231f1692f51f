"""POST /api/auth/register."""

from typing import Any

import pytest

from functions.api.accounts.register_account import handler
from shared.base import aws
from shared.contract.resources import PASSWORD_PEPPER, SESSIONS, USERS
from tests.api import call
from tests.aws import SETTINGS, Stage
from tests.examples import differences
from tests.functions.api.accounts.conftest import PASSWORD, Register

PATH = "/api/auth/register"
GOOD = {"username": "alice", "email": "alice@example.com", "password": PASSWORD}
USER = {
    "id": "uuid",
    "username": "string",
    "email": "string",
    "display_name": "string",
    "avatar_url": "string",
    "created_at": "moment",
    "follower_count": 0,
    "following_count": 0,
}
EXAMPLE = {
    "success": True,
    "message": "Account created successfully",
    "user": USER,
    "tokens": {"access_token": "jwt", "refresh_token": "jwt"},
}


def test_the_example_of_the_source(register: Register) -> None:
    answer = register("Alice_1", display_name="Alice")
    assert answer.status == 201
    assert differences(EXAMPLE, answer.json) == []
    assert set(answer.json["user"]) == set(USER)
    assert (answer.json["user"]["username"], answer.json["user"]["display_name"]) == ("Alice_1", "Alice")
    assert answer.headers["cache-control"] == "no-store"


def test_the_display_name_is_optional(register: Register) -> None:
    assert register().json["user"]["display_name"] == "alice"
    assert register("bob", display_name=None).json["user"]["display_name"] == "bob"


def test_a_taken_name_is_a_conflict(register: Register) -> None:
    register()
    answer = register(username="ALICE")
    assert answer.status == 409
    assert answer.error["code"] == "CONFLICT"
    assert set(answer.error["field_errors"]) == {"username", "email"}


BAD: list[tuple[dict[str, Any], set[str]]] = [
    ({"username": "a b"}, {"username"}),
    ({"username": "alice\n"}, {"username"}),
    ({"username": 7}, {"username"}),
    ({"username": None}, {"username"}),
    ({"email": "nowhere"}, {"email"}),
    ({"email": ["a@b.co"]}, {"email"}),
    ({"password": "short1A"}, {"password"}),
    ({"password": "no-upper-1"}, {"password"}),
    ({"password": "A1" + "x" * 255}, {"password"}),
    ({"password": {"a": 1}}, {"password"}),
    ({"display_name": "x" * 51}, {"display_name"}),
    ({"display_name": "   "}, {"display_name"}),
    ({"display_name": ""}, {"display_name"}),
    ({"username": "a", "email": "a", "password": "a"}, {"username", "email", "password"}),
]
SERVER_OWNED = [
    "id",
    "role",
    "verified",
    "avatar_url",
    "password_hash",
    "follower_count",
    "created_at",
    "user_id",
    "pk",
]


BAD += [({name: "x"}, {name}) for name in SERVER_OWNED]


@pytest.mark.parametrize(("changes", "fields"), BAD, ids=[str(changes) for changes, _ in BAD])
def test_bad_input_is_named_and_writes_nothing(stage: Stage, changes: dict[str, Any], fields: set[str]) -> None:
    answer = call(handler, "POST", PATH, {**GOOD, **changes})
    assert (answer.status, answer.error["code"]) == (422, "VALIDATION_ERROR")
    assert set(answer.error["field_errors"]) == fields
    assert all(messages and all(messages) for messages in answer.error["field_errors"].values())
    assert (stage.rows(USERS), stage.rows(SESSIONS)) == ([], [])


@pytest.mark.parametrize("name", ["username", "email", "password"])
def test_what_is_missing_is_named(stage: Stage, name: str) -> None:
    answer = call(handler, "POST", PATH, {field: value for field, value in GOOD.items() if field != name})
    assert answer.status == 422
    assert list(answer.error["field_errors"]) == [name]
    assert answer.error["details"][0]["code"] == "MISSING_FIELD"


BODIES = [
    *("", "{", "[]", "null", "7", '"text"', '{"username": NaN}', "\ufeff{}"),
    '{"username": "\\ud800bc", "email": "a@b.co", "password": "Aa345678"}',
    '{"username": "alice", "email": "a@b.co", "password": "Aa34567\\ud800"}',
    "[" * 20_000,
    '{"username": ' + "9" * 5000 + "}",
    '{"username": "alice", "email": "a@b.co", "password": "' + "A1" * 600_000 + '"}',
]


@pytest.mark.parametrize("body", BODIES, ids=range(len(BODIES)))
def test_a_body_that_is_no_request_is_the_callers_mistake(stage: Stage, body: str) -> None:
    answer = call(handler, "POST", PATH, body)
    assert 400 <= answer.status < 500
    assert answer.error["request_id"]
    assert (stage.rows(USERS), stage.rows(SESSIONS)) == ([], [])


def test_a_password_is_never_logged_nor_answered(register: Register, capsys: pytest.CaptureFixture[str]) -> None:
    secret = "Canary-Secret-1"
    answers = [register(password=secret), register(password=secret), register("x", password=secret)]
    assert [answer.status for answer in answers] == [201, 409, 422]
    told = capsys.readouterr().out
    tokens = answers[0].json["tokens"]
    assert not any(word in told for word in (secret, *tokens.values()))
    assert not any(secret in answer.body for answer in answers)


def test_the_eleventh_in_a_minute_waits(register: Register) -> None:
    assert SETTINGS["RATE_SCALE"] == "1"
    statuses = [register("no good").status for _ in range(11)]
    assert statuses == [422] * 10 + [429]


def test_no_account_is_made_without_the_key(stage: Stage, register: Register) -> None:
    aws.secret(PASSWORD_PEPPER.variable)
    with stage.refusing("secretsmanager", "GetSecretValue", "InternalServiceError") as fired:
        assert register().status == 503
    assert fired
    assert (stage.rows(USERS), stage.rows(SESSIONS)) == ([], [])
    assert register().status == 201
