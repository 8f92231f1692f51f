"""GET /api/v1/auth/sessions."""

from functions.api.sessions import log_out, renew_session
from functions.api.sessions.list_sessions import handler
from tests.api import call
from tests.clock import TurnedClock
from tests.functions.api.sessions.conftest import LogIn


def test_sessions_are_shown_as_people_recognise_them(log_in: LogIn, turned_clock: TurnedClock) -> None:
    log_in("bob")
    first = log_in(address="203.0.113.9", headers={"user-agent": "Phone " + "x" * 300})
    turned_clock.advance(100)
    second = log_in(address="2001:db8::1", headers={"user-agent": "Laptop"})
    turned_clock.advance(100)
    call(renew_session.handler, "POST", "/api/v1/auth/refresh", {"refresh_token": first["refresh_token"]})
    answer = call(handler, "GET", "/api/v1/auth/sessions", token=second["access_token"])
    assert answer.status == 200
    newest, oldest = answer.json["sessions"]
    assert (newest["current"], oldest["current"]) == (True, False)
    assert (newest["address"], oldest["address"]) == ("2001:db8::/64", "203.0.113.9")
    assert newest["user_agent"] == "Laptop"
    assert oldest["user_agent"] == "Phone " + "x" * 194
    assert newest["last_used_at"] == newest["created_at"]
    assert oldest["last_used_at"] > newest["created_at"] > oldest["created_at"]
    assert newest["edition"] == "studio"
    assert "hash" not in answer.body


def test_sessions_that_ended_or_expired_are_not_shown(log_in: LogIn, turned_clock: TurnedClock) -> None:
    log_in()
    turned_clock.advance(7 * 86400)
    gone, here = log_in(), log_in()
    call(log_out.handler, "POST", "/api/v1/auth/logout", token=gone["access_token"])
    shown = call(handler, "GET", "/api/v1/auth/sessions", token=here["access_token"]).json["sessions"]
    assert [session["current"] for session in shown] == [True]
