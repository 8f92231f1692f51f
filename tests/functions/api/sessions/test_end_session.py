"""DELETE /api/v1/auth/sessions/{session_id}."""

from functions.api.sessions import list_sessions, renew_session
from functions.api.sessions.end_session import handler
from shared.base import tokens
from shared.base.ids import new_id
from shared.contract.resources import SESSIONS
from tests.api import Answer, call
from tests.aws import Stage
from tests.functions.api.sessions.conftest import LogIn


def end(token: str, session_id: str) -> Answer:
    path = f"/api/v1/auth/sessions/{session_id}"
    return call(handler, "DELETE", path, token=token, parameters={"session_id": session_id})


def session_of(made: dict[str, str]) -> str:
    return tokens.verify(made["access_token"], "access").session_id


def test_another_device_is_logged_out(log_in: LogIn) -> None:
    here, there = log_in(), log_in()
    for _ in range(2):
        assert end(here["access_token"], session_of(there)).status == 200
    body = {"refresh_token": there["refresh_token"]}
    assert call(renew_session.handler, "POST", "/api/v1/auth/refresh", body).status == 401
    assert end(there["access_token"], session_of(here)).status == 401, "refused at once"
    shown = call(list_sessions.handler, "GET", "/api/v1/auth/sessions", token=here["access_token"]).json["sessions"]
    assert [session["id"] for session in shown] == [session_of(here)]


def test_somebody_elses_session_does_not_exist(log_in: LogIn, stage: Stage) -> None:
    ada, bob = log_in(), log_in("bob")
    before = stage.rows(SESSIONS)
    strange, unknown = end(ada["access_token"], session_of(bob)), end(ada["access_token"], new_id())
    assert (strange.status, strange.error["message"]) == (unknown.status, unknown.error["message"])
    assert strange.status == 404
    assert end(ada["access_token"], "1").status == 400
    assert stage.rows(SESSIONS) == before
