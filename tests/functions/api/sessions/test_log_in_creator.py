"""POST /api/v1/auth/login."""

from typing import Any

import pytest

from functions.api.accounts import get_me, register_account
from functions.api.sessions.log_in_creator import handler
from shared.base import tokens
from shared.contract.resources import SESSIONS
from tests.api import Answer, call
from tests.aws import Stage
from tests.functions.api.sessions.conftest import PASSWORD, LogIn, Register


def ask(email: Any = "ada@example.com", password: Any = PASSWORD, **more: Any) -> Answer:
    return call(handler, "POST", "/api/v1/auth/login", {"email": email, "password": password, **more})


def test_the_example_of_the_source(register: Register) -> None:
    made = register().json
    answer = ask()
    assert answer.status == 200
    assert set(answer.json) == {"access_token", "refresh_token", "token_type", "expires_in", "user"}
    assert (answer.json["token_type"], answer.json["expires_in"]) == ("Bearer", 3600)
    user = answer.json["user"]
    assert (user["id"], user["full_name"], user["subscription_tier"]) == (made["user_id"], "Ada Lovelace", "free")
    claims = tokens.verify(answer.json["access_token"], "access")
    assert claims.expires_at - claims.issued_at == 3600


def test_a_token_of_studio_is_good_in_watch(log_in: LogIn) -> None:
    assert call(get_me.handler, "GET", "/api/auth/me", token=log_in()["access_token"]).status == 200


def test_who_registered_in_watch_logs_in_here(stage: Stage) -> None:
    body = {"username": "bob", "email": "bob@example.com", "password": "Horse 123"}
    assert call(register_account.handler, "POST", "/api/auth/register", body).status == 201
    assert ask("bob@example.com", "Horse 123").status == 200


def test_five_wrong_passwords_lock(register: Register) -> None:
    register()
    answers = [ask(password="Wrong horse battery 1") for _ in range(5)]
    assert {(answer.status, answer.error["code"]) for answer in answers} == {(401, "INVALID_CREDENTIALS")}
    locked = ask()
    assert (locked.status, locked.error["code"]) == (423, "ACCOUNT_LOCKED")
    assert int(locked.headers["retry-after"]) == locked.error["retry_after"] > 0


def test_unknown_and_wrong_look_the_same(register: Register) -> None:
    register()
    answers = [ask(password="Wrong horse battery 1"), ask("nobody@example.com"), ask("a@b@c"), ask("nobody")]
    assert [answer.status for answer in answers] == [401] * 4
    own = {"request_id", "timestamp"}
    assert len({str({k: v for k, v in answer.error.items() if k not in own}) for answer in answers}) == 1


@pytest.mark.parametrize("changes", [{"email": ""}, {"password": 7}, {"login": "ada"}, {"mfa_code": "1" * 33}], ids=str)
def test_bad_input_is_named_and_begins_no_session(stage: Stage, changes: dict[str, Any]) -> None:
    answer = ask(**{"email": "ada@example.com", "password": PASSWORD, **changes})
    assert (answer.status, answer.error["code"]) == (400, "VALIDATION_ERROR")
    assert list(answer.error["field_errors"]) == list(changes)
    assert stage.rows(SESSIONS) == []
