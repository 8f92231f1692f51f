"""POST /api/v1/auth/logout."""

import pytest

from functions.api.accounts import get_me, refresh_tokens, register_account
from functions.api.sessions import renew_session
from functions.api.sessions.log_out import handler
from tests.api import Answer, call
from tests.clock import TurnedClock
from tests.functions.api.sessions.conftest import LogIn


def leave(token: str, body: object = None, path: str = "/api/v1/auth/logout") -> Answer:
    return call(handler, "POST", path, body, token=token)


def renewed(token: str) -> int:
    return call(renew_session.handler, "POST", "/api/v1/auth/refresh", {"refresh_token": token}).status


@pytest.mark.parametrize("path", ["/api/v1/auth/logout", "/api/auth/logout"])
def test_case_11_a_session_ends_with_all_its_tokens(log_in: LogIn, turned_clock: TurnedClock, path: str) -> None:
    made = log_in()
    assert leave(made["access_token"], path=path).json == {"message": "Logged out"}
    assert renewed(made["refresh_token"]) == 401
    turned_clock.advance(60)
    assert call(get_me.handler, "GET", "/api/auth/me", token=made["access_token"]).status == 401
    assert leave(made["access_token"], {}, path).status == 200, "again"


def test_another_session_of_the_same_user_can_be_named(log_in: LogIn) -> None:
    one, other, third = log_in(), log_in(), log_in()
    assert leave(one["access_token"], {"refresh_token": other["refresh_token"]}).status == 200
    assert [renewed(made["refresh_token"]) for made in (one, other, third)] == [401, 401, 200]


def test_a_watch_token_can_be_named_too(log_in: LogIn) -> None:
    body = {"username": "bob", "email": "bob@example.com", "password": "Correct horse 1"}
    watch = call(register_account.handler, "POST", "/api/auth/register", body).json["tokens"]
    assert leave(watch["access_token"], {"refresh_token": watch["refresh_token"]}).status == 200
    refresh = {"refresh_token": watch["refresh_token"]}
    assert call(refresh_tokens.handler, "POST", "/api/auth/refresh", refresh).status == 401


def test_somebody_elses_session_stays(log_in: LogIn) -> None:
    ada, bob = log_in(), log_in("bob")
    assert leave(ada["access_token"], {"refresh_token": bob["refresh_token"]}).status == 200
    assert renewed(bob["refresh_token"]) == 200


def test_what_is_no_token_does_no_harm(log_in: LogIn) -> None:
    assert leave(log_in()["access_token"], {"refresh_token": "x"}).status == 200
    assert leave("x").status == 401
