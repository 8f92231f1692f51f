"""POST /api/v1/auth/mfa/enroll, POST /api/v1/auth/mfa/confirm and DELETE /api/v1/auth/mfa."""

from typing import Any

import pyotp
import pytest

from functions.api.accounts import log_in
from functions.api.credentials import confirm_mfa, disable_mfa, enroll_mfa
from functions.api.sessions import log_in_creator
from shared.base import clock, tokens
from shared.contract.limits import HOUR
from shared.contract.resources import USERS
from tests.api import Answer, call
from tests.aws import Stage
from tests.clock import TurnedClock
from tests.functions.api.accounts.conftest import PASSWORD, Register

STEP = 30


@pytest.fixture
def token(register: Register, turned_clock: TurnedClock) -> str:
    """Somebody's access token; time stands still, so that a code is of the step that the test means."""
    return str(register().json["tokens"]["access_token"])


def enrol(token: str) -> Answer:
    return call(enroll_mfa.handler, "POST", "/api/v1/auth/mfa/enroll", token=token)


def confirm(token: str, code: Any) -> Answer:
    return call(confirm_mfa.handler, "POST", "/api/v1/auth/mfa/confirm", {"mfa_code": code}, token=token)


def disable(token: str, code: Any, password: Any = PASSWORD) -> Answer:
    body = {"password": password, "mfa_code": code}
    return call(disable_mfa.handler, "DELETE", "/api/v1/auth/mfa", body, token=token)


def enter(**more: str) -> Answer:
    return call(log_in.handler, "POST", "/api/auth/login", {"login": "alice", "password": PASSWORD, **more})


def code(secret: str, steps: int = 0) -> str:
    return pyotp.TOTP(secret).at(int(clock.now()) + steps * STEP)


def test_a_second_factor_from_enrolment_to_its_end(token: str) -> None:
    enrolled = enrol(token)
    assert (enrolled.status, list(enrolled.json)) == (200, ["secret", "otpauth_uri", "recovery_codes"])
    assert enrolled.headers["cache-control"] == "no-store"
    assert enter().status == 200
    secret, recovery = enrolled.json["secret"], enrolled.json["recovery_codes"]
    confirmed = confirm(token, code(secret, -1))
    assert (confirmed.status, confirmed.json) == (200, {"enabled": True})
    missing = enter()
    assert (missing.status, missing.error["details"][0]["code"]) == (401, "MFA_REQUIRED")
    assert [enter(mfa_code=code(secret)).status for _ in range(2)] == [200, 401]
    assert [enter(mfa_code=recovery[0]).status for _ in range(2)] == [200, 401]
    ended = disable(token, recovery[1])
    assert (ended.status, ended.json) == (200, {"enabled": False})
    assert enter().status == 200


def test_studio_asks_for_the_same_code(token: str) -> None:
    secret = enrol(token).json["secret"]
    assert confirm(token, code(secret, -1)).status == 200

    def studio(**more: str) -> Answer:
        body = {"email": "alice@example.com", "password": PASSWORD, **more}
        return call(log_in_creator.handler, "POST", "/api/v1/auth/login", body)

    missing = studio()
    assert (missing.status, missing.error["code"]) == (401, "INVALID_CREDENTIALS")
    assert missing.error["details"][0]["code"] == "MFA_REQUIRED"
    used = code(secret)
    assert [studio(mfa_code=used).status, studio(mfa_code=used).status, enter(mfa_code=used).status] == [200, 401, 401]


def test_what_goes_wrong_has_its_code(token: str) -> None:
    assert (confirm(token, "123456").status, disable(token, "123456").status) == (409, 409)
    secret = enrol(token).json["secret"]
    wrong = confirm(token, "abcdef")
    assert (wrong.status, wrong.error["code"]) == (401, "INVALID_CREDENTIALS")
    assert confirm(token, code(secret)).status == 200
    again = enrol(token)
    assert (again.status, again.error["code"]) == (409, "CONFLICT")
    assert disable(token, "abcdef").error["code"] == "INVALID_CREDENTIALS"
    assert disable(token, code(secret, 1), "Wrong horse 1").error["code"] == "INVALID_CREDENTIALS"
    for _ in range(3):
        disable(token, "abcdef")
    locked = disable(token, code(secret, 1))
    assert (locked.status, locked.error["code"]) == (423, "ACCOUNT_LOCKED")
    assert int(locked.headers["retry-after"]) > 0


def test_an_old_login_does_not_turn_it_on(token: str, turned_clock: TurnedClock) -> None:
    said = tokens.verify(token, "access")
    person = tokens.Person(said.user_id, "alice", "alice@example.com", "Alice", "", "user")
    long = tokens.issue_access_token(
        person, said.session_id, session_ends=int(turned_clock.seconds) + 86400, minutes=120
    )
    assert enrol(long).status == 200
    turned_clock.advance(HOUR + 1)
    answer = enrol(long)
    assert (answer.status, [detail["code"] for detail in answer.error["details"]]) == (401, ["STEP_UP_REQUIRED"])


@pytest.mark.parametrize(
    ("name", "value"), [("mfa_code", ""), ("mfa_code", 123456), ("mfa_code", "1" * 33), ("password", ""), ("role", "x")]
)
def test_bad_input_is_named_and_changes_nothing(stage: Stage, token: str, name: str, value: Any) -> None:
    before = stage.rows(USERS)
    body = {"password": PASSWORD, "mfa_code": "123456", name: value}
    answer = call(disable_mfa.handler, "DELETE", "/api/v1/auth/mfa", body, token=token)
    assert (answer.status, list(answer.error["field_errors"])) == (400, [name])
    assert stage.rows(USERS) == before
