"""POST /api/v1/auth/password-reset/confirm."""

from typing import Any

import pytest

from functions.api.accounts import get_me, log_in
from functions.api.credentials import request_password_reset, reset_password
from tests.api import Answer, call
from tests.aws import Stage
from tests.clock import TurnedClock
from tests.functions.api.accounts.conftest import PASSWORD, Register
from tests.mailbox import Mailbox

PATH = "/api/v1/auth/password-reset/confirm"
NEW = "Another horse 2!"


@pytest.fixture
def token(mailbox: Mailbox, register: Register) -> str:
    """A good one."""
    register()
    call(request_password_reset.handler, "POST", "/api/v1/auth/password-reset", {"email": "alice@example.com"})
    assert mailbox.deliver()
    return mailbox.token()


def post(token: Any, password: Any = NEW, **more: Any) -> Answer:
    return call(reset_password.handler, "POST", PATH, {"token": token, "new_password": password}, **more)


def enter(password: str) -> Answer:
    return call(log_in.handler, "POST", "/api/auth/login", {"login": "alice", "password": password})


def test_a_new_password_replaces_the_old_and_ends_sessions(stage: Stage, token: str, turned_clock: TurnedClock) -> None:
    access = enter(PASSWORD).json["tokens"]["access_token"]
    answer = post(token)
    assert (answer.status, list(answer.json)) == (200, ["message"])
    assert (enter(PASSWORD).status, enter(NEW).status) == (401, 200)
    turned_clock.advance(61)
    me = call(get_me.handler, "GET", "/api/auth/me", token=access)
    assert me.status == 401


def test_a_second_post_is_refused(stage: Stage, token: str) -> None:
    assert [post(token, f"{NEW}{number}").status for number in range(2)] == [200, 401]
    assert [enter(f"{NEW}{number}").status for number in range(2)] == [200, 401]


def test_a_weak_password_is_named_and_spends_nothing(stage: Stage, token: str) -> None:
    answer = post(token, "password")
    assert (answer.status, answer.error["code"]) == (400, "VALIDATION_ERROR")
    assert list(answer.error["field_errors"]) == ["new_password"]
    assert post(token).status == 200


@pytest.mark.parametrize(("name", "value"), [("token", ""), ("token", None), ("new_password", ""), ("user_id", "x")])
def test_bad_input_is_named(stage: Stage, name: str, value: Any) -> None:
    body = {"token": "A" * 64, "new_password": NEW, name: value}
    answer = call(reset_password.handler, "POST", PATH, body)
    assert (answer.status, list(answer.error["field_errors"])) == (400, [name])


def test_the_eleventh_in_an_hour_waits(stage: Stage) -> None:
    statuses = [post("A" * 64).status for _ in range(11)]
    assert statuses == [401] * 10 + [429]
