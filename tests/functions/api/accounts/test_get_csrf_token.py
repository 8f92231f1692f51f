"""GET /api/v1/csrf-token, and what the tokens are good for in each mode of a stage."""

import json
from typing import Any

import pytest

from functions.api.accounts import get_csrf_token, log_in
from functions.api.keys import create_api_key
from shared.http import csrf
from tests.api import Answer, call, event
from tests.aws import Stage
from tests.callers import Account, account, api_key
from tests.clock import TurnedClock
from tests.functions.api.accounts.conftest import PASSWORD, Register

LOGIN = {"login": "alice", "password": PASSWORD}
COOKIE = {"cookie": "session=stolen"}


def csrf_token(token: str = "", **more: Any) -> str:
    answer = call(get_csrf_token.handler, "GET", "/api/v1/csrf-token", token=token, **more)
    assert answer.status == 200
    return str(answer.json["csrf_token"])


def enter(csrf: str | None = None, body: Any = None, **headers: str) -> Answer:
    more = {} if csrf is None else {"x-csrf-token": csrf}
    return call(log_in.handler, "POST", "/api/auth/login", body or LOGIN, headers={**headers, **more})


def create(token: str, csrf: str | None = None, **headers: str) -> Answer:
    more = {} if csrf is None else {"x-csrf-token": csrf}
    body = {"name": "a", "scopes": ["videos:read"]}
    return call(create_api_key.handler, "POST", "/api/v1/api-keys", body, token=token, headers={**headers, **more})


def is_refused(answer: Answer) -> bool:
    return (answer.status, answer.error["code"]) == (403, "CSRF_TOKEN_INVALID")


@pytest.fixture
def somebody(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> Account:
    monkeypatch.setenv("RATE_SCALE", "1000")
    return account(stage)


@pytest.fixture
def alice(register: Register, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RATE_SCALE", "1000")
    assert register().status == 201


def test_each_token_is_another_one_and_is_kept_nowhere(stage: Stage, somebody: Account) -> None:
    answer = call(get_csrf_token.handler, "GET", "/api/v1/csrf-token")
    assert set(answer.json) == {"csrf_token"}
    assert answer.headers["cache-control"] == "no-store"
    assert csrf_token() != csrf_token()
    made = stage.calls_of(csrf_token)
    assert made == [], "the lease and the secret are there"


def test_case_48_login_csrf_needs_a_token_of_a_page_that_reads_our_answers(alice: None) -> None:
    good = csrf_token()
    nonce, expires, mac = good.split(".")
    assert is_refused(enter(**COOKIE))
    assert is_refused(enter("", **COOKIE))
    assert is_refused(enter(f"{nonce}.{expires}.{mac[::-1]}", **COOKIE))
    assert is_refused(enter(f"{nonce}.{int(expires) + 1}.{mac}", **COOKIE))
    assert is_refused(enter(f"{nonce}.{expires}", **COOKIE))
    assert is_refused(enter("é" * 30, **COOKIE))
    assert is_refused(enter(f"{good}, {good}", **COOKIE))
    assert is_refused(enter(cookie=f"X-CSRF-Token={good}; csrf_token={good}")), "a cookie is no proof"
    assert enter(good, **COOKIE).status == 200
    assert enter().status == 200, "without a cookie there is nothing to abuse"


def test_case_48_cookies_are_seen_where_the_gateway_puts_them(alice: None) -> None:
    sent = {**event("POST", "/api/auth/login", LOGIN), "cookies": ["session=stolen"]}
    assert log_in.handler(sent, None)["statusCode"] == 403


def test_case_48_login_csrf_by_a_form_of_another_site(alice: None) -> None:
    assert enter(origin="https://clutch.com.evil").status == 403
    assert enter(csrf_token(), **COOKIE, origin="null").status == 403
    form = enter(body="login=alice&password=x", **{"content-type": "application/x-www-form-urlencoded"})
    assert 400 <= form.status < 500
    plain = enter(body=json.dumps(LOGIN), **{"content-type": "text/plain"})
    assert 400 <= plain.status < 500, "a form can send text that happens to be JSON"


def test_case_48_a_token_that_is_over(alice: None, turned_clock: TurnedClock) -> None:
    token = csrf_token()
    turned_clock.advance(csrf.TOKEN_SECONDS - 1)
    assert enter(token, **COOKIE).status == 200
    turned_clock.advance(1)
    assert is_refused(enter(token, **COOKIE))


def test_case_48_bearers_and_keys_are_exempt_by_design(stage: Stage, somebody: Account) -> None:
    assert create(somebody.token, **COOKIE).status == 201
    key = api_key(stage, somebody.user_id, "videos:read")
    refused = create("", **COOKIE, **{"x-api-key": key})
    assert (refused.status, refused.error["code"]) == (403, "INSUFFICIENT_PERMISSIONS"), "not for want of a token"


def test_case_48_always_asks_everybody_in_studio(
    stage: Stage, somebody: Account, alice: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CSRF_MODE", "always")
    assert is_refused(create(somebody.token))
    assert is_refused(create(somebody.token, csrf_token())), "a token of no session"
    assert is_refused(create(somebody.token, csrf_token(account(stage).token))), "another session's"
    assert create(somebody.token, csrf_token(somebody.token)).status == 201
    assert enter().status == 200, "the Watch edition is not asked"


def test_case_48_a_session_s_token_is_good_in_it_alone(alice: None, somebody: Account) -> None:
    assert is_refused(enter(csrf_token(somebody.token), **COOKIE))


@pytest.mark.parametrize("header", ["x-http-method-override", "x-method-override", "x-http-method"])
def test_case_48_no_header_makes_a_change_a_reading(
    somebody: Account, monkeypatch: pytest.MonkeyPatch, header: str
) -> None:
    monkeypatch.setenv("CSRF_MODE", "always")
    assert is_refused(create(somebody.token, **{header: "GET"}))


def test_off_asks_nobody(alice: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CSRF_MODE", "off")
    assert enter(**COOKIE).status == 200


def test_whoever_shows_no_good_token_gets_one_for_no_session(alice: None, somebody: Account) -> None:
    for token in ("e30.e30.e30", somebody.token[:-5]):
        assert enter(csrf_token(token), **COOKIE).status == 200


def test_a_secret_that_cannot_be_read_is_503_and_lets_nothing_through(stage: Stage, alice: None) -> None:
    token = csrf_token()
    stage.restart()
    with stage.refusing("secretsmanager", "GetSecretValue", "InternalServiceError") as fired:
        assert enter(token, **COOKIE).status == 503
    assert fired
