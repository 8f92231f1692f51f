"""Administrators who act as somebody: what that shows, where it ends, and that every call is told."""

import json
from typing import Any

import pytest

from functions.api.accounts import get_me, refresh_tokens
from functions.api.jobs import list_jobs
from functions.api.keys import create_api_key
from functions.api.operations import get_admin_health
from functions.api.sessions import change_password, log_out
from functions.api.videos import get_video
from shared.base import clock, tokens
from shared.base.audit import TABLE_VARIABLE
from shared.base.errors import ConflictError, InvalidInputError
from shared.contract.resources import API_KEYS, AUDIT
from shared.domains.accounts.service.cards import CARD_SECONDS
from shared.domains.accounts.store.sessions import SessionStore
from shared.http.impersonating import told
from tests.api import Answer, call
from tests.aws import Stage
from tests.callers import Account, account, set_role
from tests.clock import TurnedClock
from tests.shared.http import things

ME = "/api/auth/me"
NOBODYS = "01900000-0000-7000-8000-000000000001"


@pytest.fixture
def head(stage: Stage) -> Account:
    return account(stage, "admin")


@pytest.fixture
def user(stage: Stage) -> Account:
    return account(stage)


@pytest.fixture
def acting(stage: Stage, head: Account, user: Account) -> str:
    """The token with which the head acts as the user."""
    with stage.unrecorded():
        session = tokens.verify(head.token, "access").session_id
        person = tokens.Person(user.user_id, "alice", "alice@example.com", "Alice", "", "user")
        return tokens.issue_impersonation_token(person, head.user_id, session)


def me(token: str, **more: Any) -> Answer:
    return call(get_me.handler, "GET", ME, token=token, **more)


def make(token: str, name: str = "a", **more: Any) -> Answer:
    return call(things.make_thing_handler, "POST", "/api/things", {"name": name}, token=token, **more)


def trail(stage: Stage) -> list[dict[str, str]]:
    """What the trail tells, in order."""
    rows = sorted(stage.rows(AUDIT), key=lambda row: row["entry_id"]["S"])
    return [{name: value["S"] for name, value in row.items() if "S" in value} for row in rows]


def results(stage: Stage) -> list[str]:
    return [entry["result"] for entry in trail(stage)]


def test_every_answer_and_every_line_names_the_administrator(
    stage: Stage, head: Account, user: Account, acting: str, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    for answer in (me(acting), make(acting), make(acting, "broken"), make(acting, "taken"), make(acting, "invalid")):
        assert answer.headers["x-impersonated-by"] == head.user_id
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert len(lines) >= 5
    assert {(line["user_id"], line["impersonator_id"]) for line in lines} == {(user.user_id, head.user_id)}
    for token in (user.token, ""):
        assert "x-impersonated-by" not in me(token).headers


def test_case_34_every_call_is_told_before_and_after(stage: Stage, head: Account, user: Account, acting: str) -> None:
    assert make(acting, headers={"x-request-id": "mine"}).status == 201
    begun, ended = trail(stage)
    assert (begun["result"], ended["result"]) == ("begun", "201")
    for entry in (begun, ended):
        assert (entry["action"], entry["actor"], entry["acting_as"]) == (
            "impersonation.call",
            head.user_id,
            user.user_id,
        )
        assert (entry["target"], entry["route"]) == (user.user_id, "POST /api/things")
        assert (entry["request_id"], entry["address"]) == ("mine", "203.0.113.7")


@pytest.mark.parametrize(("name", "status"), [("taken", 409), ("invalid", 422), ("broken", 500)])
def test_what_goes_wrong_is_told_too(stage: Stage, acting: str, name: str, status: int) -> None:
    assert make(acting, name).status == status
    assert results(stage) == ["begun", str(status)]


@pytest.mark.parametrize(
    ("error", "studio", "status"),
    [
        (InvalidInputError("No"), False, "422"),
        (InvalidInputError("No"), True, "400"),
        (ConflictError("No"), True, "409"),
        (RuntimeError("a defect"), False, "500"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else str(value),
)
def test_the_end_of_what_is_refused_on_its_way_is_told_as_it_is_answered(
    stage: Stage, error: Exception, studio: bool, status: str
) -> None:
    def run() -> dict[str, Any]:
        raise error

    with pytest.raises(type(error)):
        told("ada", studio, run)
    assert [(entry["target"], entry["result"]) for entry in trail(stage)] == [("ada", "begun"), ("ada", status)]


def test_a_key_of_another_request_is_told_too(stage: Stage, acting: str) -> None:
    for name, status in (("one", 201), ("another", 422)):
        assert make(acting, name, headers={"idempotency-key": "the same"}).status == status
    assert results(stage) == ["begun", "201", "begun", "422"]


def test_the_calls_of_others_are_not_told(stage: Stage, user: Account, head: Account) -> None:
    for token in (user.token, head.token, ""):
        me(token)
    assert trail(stage) == []


def test_what_cannot_be_told_does_not_run(stage: Stage, acting: str) -> None:
    things.made.clear()
    with stage.refusing("dynamodb", "PutItem", "ThrottlingException") as fired:
        answer = make(acting, "untold")
    assert fired
    assert (answer.status, answer.error["code"]) == (503, "SERVICE_UNAVAILABLE")
    assert things.made["untold"] == 0
    assert trail(stage) == []


def test_what_ran_is_answered_though_its_end_cannot_be_told(
    stage: Stage, acting: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The table goes while the call runs."""
    capsys.readouterr()
    monkeypatch.setattr(things.made, "update", lambda *_: None)

    class Vanishing(dict[str, int]):
        def __getitem__(self, name: str) -> int:
            monkeypatch.setenv(TABLE_VARIABLE, "showreel-test-gone")
            return 0

    monkeypatch.setattr(things, "made", Vanishing())
    assert make(acting).status == 201
    assert results(stage) == ["begun"]
    [line] = [line for line in map(json.loads, capsys.readouterr().out.splitlines()) if line.get("level") == "ERROR"]
    assert (line["message"], line["status"]) == ("the end of an impersonated call cannot be told", 201)
    assert line["error"] == "ResourceNotFoundException"


def test_a_repeated_call_is_told_each_time(stage: Stage, acting: str) -> None:
    things.made.clear()
    for _ in range(2):
        assert make(acting, "once", headers={"idempotency-key": "one"}).status == 201
    assert things.made["once"] == 1
    assert results(stage) == ["begun", "201", "begun", "201"]


def test_permissions_are_those_of_the_user_as_of_now(
    stage: Stage, user: Account, acting: str, turned_clock: TurnedClock
) -> None:
    jobs = {"method": "GET", "path": "/api/v1/jobs", "token": acting}
    assert call(list_jobs.handler, **jobs).status == 200
    set_role(stage, user.user_id, "viewer")
    turned_clock.advance(CARD_SECONDS)
    assert call(list_jobs.handler, **jobs).status == 403
    set_role(stage, user.user_id, "admin")
    turned_clock.advance(CARD_SECONDS)
    assert me(acting).status == 401, "nobody acts as an administrator"
    set_role(stage, user.user_id, "")
    turned_clock.advance(CARD_SECONDS)
    answer = me(acting)
    assert answer.status == 401, "nor as somebody who is gone"
    assert "this user" in answer.error["message"]


@pytest.mark.parametrize("role", ["creator", "user", ""])
def test_case_10_it_ends_at_once_with_the_role_of_the_administrator(
    stage: Stage, head: Account, acting: str, role: str
) -> None:
    assert me(acting).status == 200
    set_role(stage, head.user_id, role)
    answer = me(acting)
    assert answer.status == 401
    assert "no administrator" in answer.error["message"]


def test_case_10_it_ends_at_once_with_the_session_of_the_administrator(
    stage: Stage, head: Account, acting: str
) -> None:
    assert me(acting).status == 200
    assert me(head.token).status == 200
    SessionStore.open().end(head.user_id, tokens.verify(head.token, "access").session_id)
    answer = me(acting)
    assert answer.status == 401
    assert "session has ended" in answer.error["message"]


def test_case_34_it_ends_after_1800_seconds(acting: str, turned_clock: TurnedClock) -> None:
    turned_clock.seconds = clock.now()
    ends = tokens.verify(acting, "impersonation").expires_at
    turned_clock.advance(ends - 1 - turned_clock.seconds)
    assert me(acting).status == 200
    turned_clock.advance(1)
    assert me(acting).status == 401


def test_case_34_it_is_good_for_nothing_that_people_do_themselves(stage: Stage, acting: str, head: Account) -> None:
    wish = {"name": "mine", "scopes": ["videos:read"]}
    passwords = {"current_password": "Correct horse 1", "new_password": "Another horse battery 2"}
    tried = [
        call(create_api_key.handler, "POST", "/api/v1/api-keys", wish, token=acting),
        call(change_password.handler, "POST", "/api/v1/auth/password", passwords, token=acting),
        call(log_out.handler, "POST", "/api/v1/auth/logout", token=acting),
        call(things.list_things_handler, "GET", "/api/v1/admin/things", token=acting),
    ]
    assert [answer.status for answer in tried] == [403] * len(tried)
    assert "log in as yourself" in tried[0].error["message"]
    assert {answer.headers["x-impersonated-by"] for answer in tried} == {head.user_id}
    assert me(head.token).status == 200
    assert stage.rows(API_KEYS) == []


def test_case_6_it_is_no_other_token(acting: str) -> None:
    assert call(refresh_tokens.handler, "POST", "/api/auth/refresh", {"refresh_token": acting}).status == 401
    assert call(get_admin_health.handler, "GET", "/api/v1/admin/health", token=acting).status == 401
    assert me("", headers={"x-api-key": acting}).status == 401


def test_anybodys_video_is_looked_for_as_the_user(stage: Stage, acting: str) -> None:
    parameters = {"video_id": NOBODYS}
    answer = call(get_video.handler, "GET", f"/api/videos/{NOBODYS}", token=acting, parameters=parameters)
    assert answer.status == 404
    assert answer.headers["cache-control"] == "no-store"
    assert results(stage) == ["begun", "404"]
