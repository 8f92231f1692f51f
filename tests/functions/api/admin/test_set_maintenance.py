"""POST /api/v1/admin/maintenance, and what others meet meanwhile."""

from typing import Any

import pytest

from functions.api.accounts import get_me, log_in, refresh_tokens, register_account
from functions.api.admin import list_audit_entries, set_maintenance
from functions.api.operations import get_health, ping
from functions.api.videos import get_video, report_processed
from shared.contract.resources import AUDIT, OPERATIONS
from shared.domains.operations.service import maintenance
from tests.api import Answer, call
from tests.aws import Stage
from tests.callers import Account, account, api_key, user_token
from tests.clock import TurnedClock

PATH = "/api/v1/admin/maintenance"
SOME_ID = "01900000-0000-7000-8000-000000000001"


@pytest.fixture
def head(stage: Stage, turned_clock: TurnedClock) -> Account:
    """An administrator, and a clock that stands."""
    return account(stage, "admin")


def put(token: str, body: Any) -> Answer:
    return call(set_maintenance.handler, "POST", PATH, body, token=token)


def begin(head: Account, **more: Any) -> None:
    answer = put(head.token, {"enabled": True, **more})
    assert answer.status == 200, answer.body


def me(token: str, **more: Any) -> Answer:
    return call(get_me.handler, "GET", "/api/auth/me", token=token, **more)


def look_again() -> None:
    """As a process that has not looked for 10 s."""
    maintenance.forget()


def test_case_116_others_are_told_to_wait(stage: Stage, head: Account) -> None:
    user = account(stage)
    assert me(user.token).status == 200
    wish = {"enabled": True, "message": "Back at noon", "estimated_time": 10}
    answer = put(head.token, wish)
    assert (answer.status, answer.json) == (200, wish)
    closed = me(user.token)
    assert (closed.status, closed.error["code"], closed.error["message"]) == (503, "MAINTENANCE_MODE", "Back at noon")
    assert (closed.headers["retry-after"], closed.error["retry_after"]) == ("600", 600)
    for shown in (api_key(stage, user.user_id, "videos:read"), ""):
        assert me(shown).status == 503
    watching = call(get_video.handler, "GET", f"/api/videos/{SOME_ID}", parameters={"video_id": SOME_ID})
    assert watching.status == 503
    assert put(head.token, {"enabled": False}).json == {"enabled": False, "message": "", "estimated_time": None}
    assert me(user.token).status == 200


def test_case_116_administrators_health_and_webhooks_pass(stage: Stage, head: Account) -> None:
    begin(head)
    assert me(head.token).status == 200
    assert me(api_key(stage, head.user_id, "videos:read")).status == 200
    assert call(list_audit_entries.handler, "GET", "/api/v1/admin/audit", token=head.token).status == 200
    for handler, path in ((ping.handler, "/ping"), (get_health.handler, "/health")):
        assert call(handler, "GET", path).status == 200
    unsigned = call(report_processed.handler, "POST", "/api/webhooks/video-processed", {})
    assert unsigned.status == 401, "it is asked for its signature as ever"


def test_an_administrator_gets_in(stage: Stage, head: Account, quick_hashes: None) -> None:
    body = {"username": "ada", "email": "ada@example.com", "password": "Correct horse 1"}
    call(register_account.handler, "POST", "/api/auth/register", body)
    begin(head)
    told = call(log_in.handler, "POST", "/api/auth/login", {"login": "ada", "password": "Correct horse 1"})
    assert told.status == 200
    held = {"refresh_token": told.json["tokens"]["refresh_token"]}
    assert call(refresh_tokens.handler, "POST", "/api/auth/refresh", held).status == 200
    assert me(told.json["tokens"]["access_token"]).status == 503, "and all others no further"
    again = call(register_account.handler, "POST", "/api/auth/register", body)
    assert (again.status, again.error["code"]) == (503, "MAINTENANCE_MODE")


@pytest.mark.parametrize(
    ("minutes", "passed", "seconds"),
    [
        *[(None, 0, 60), (None, 9999, 60), (1, 0, 60), (10, 0, 600), (10, 300, 300), (10, 590, 60), (10, 9999, 60)],
        *[(60, 0, 3600), (10_080, 0, 3600)],
    ],
)
def test_when_to_try_again_follows_from_the_estimate(
    stage: Stage, head: Account, turned_clock: TurnedClock, minutes: int | None, passed: int, seconds: int
) -> None:
    begin(head, estimated_time=minutes)
    turned_clock.advance(passed)
    assert me("").headers["retry-after"] == str(seconds)


def test_a_process_looks_once_in_ten_seconds(stage: Stage, head: Account, turned_clock: TurnedClock) -> None:
    user = account(stage)
    me(user.token)
    begin(head)
    look_again()
    looks = [stage.calls_of(lambda: me("")) for _ in range(3)]
    assert looks == [["dynamodb:GetItem"], [], []]
    put(head.token, {"enabled": False})
    maintenance._kept.state = maintenance.Maintenance(enabled=True)  # as in a process that does not know yet
    turned_clock.advance(9)
    assert me("").status == 503
    turned_clock.advance(1)
    assert me("").status == 401


def test_a_table_that_does_not_answer_changes_nothing(stage: Stage, head: Account, turned_clock: TurnedClock) -> None:
    user = account(stage)
    me(user.token)
    for enabled, status in ((True, 503), (False, 200)):
        put(head.token, {"enabled": enabled})
        assert me(user.token).status == status
        turned_clock.advance(20)
        with stage.refusing("dynamodb", "GetItem", "ThrottlingException", times=1) as fired:
            call(register_account.handler, "POST", "/api/auth/register", {})
        assert fired
        assert me(user.token).status == status


def test_it_is_told_in_the_trail_or_not_done(stage: Stage, head: Account) -> None:
    with stage.refusing("dynamodb", "TransactWriteItems", "ThrottlingException") as fired:
        assert put(head.token, {"enabled": True}).status == 503
    assert fired
    assert (stage.rows(OPERATIONS), stage.rows(AUDIT)) == ([], [])
    assert me("").status == 401
    begin(head, message="Soon", estimated_time=5)
    (entry,) = call(list_audit_entries.handler, "GET", "/api/v1/admin/audit", token=head.token).json["entries"]
    assert (entry["action"], entry["actor"], entry["target"]) == ("maintenance.changed", head.user_id, "stage")
    assert entry["details"] == {"enabled": "true", "message": "Soon", "estimated_time": "5"}


def test_who_is_refused_pays_nothing(stage: Stage, head: Account) -> None:
    begin(head)
    assert "ratelimit" not in me(account(stage).token).headers


BAD: list[dict[str, Any]] = [
    {},
    {"enabled": None},
    {"enabled": True, "message": "x" * 501},
    {"enabled": True, "message": None},
    *({"enabled": True, "estimated_time": minutes} for minutes in (0, -1, 10_081, 1.5, "soon")),
    {"enabled": True, "since": 0},
]


@pytest.mark.parametrize("body", BAD, ids=str)
def test_what_makes_no_sense_changes_nothing(stage: Stage, head: Account, body: dict[str, Any]) -> None:
    answer = put(head.token, body)
    assert (answer.status, answer.error["code"]) == (400, "VALIDATION_ERROR")
    assert stage.rows(OPERATIONS) == []


@pytest.mark.parametrize("role", ["viewer", "user", "creator"])
def test_case_34_others_may_not(stage: Stage, role: str) -> None:
    answer = put(user_token(stage, role), {"enabled": True})
    assert (answer.status, answer.error["code"]) == (403, "INSUFFICIENT_PERMISSIONS")
    assert stage.rows(OPERATIONS) == []
