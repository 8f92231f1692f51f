"""POST /api/v1/auth/refresh."""

import json
import uuid
from typing import Any

import pytest

from functions.api.accounts import refresh_tokens
from functions.api.sessions.renew_session import handler
from shared.base import tokens
from shared.contract.resources import SESSIONS
from shared.domains.accounts.rules.sessions import GRACE_SECONDS
from tests.api import Answer, call
from tests.aws import Stage
from tests.clock import TurnedClock
from tests.functions.api.sessions.conftest import LogIn


def renew(token: object, **more: Any) -> Answer:
    return call(handler, "POST", "/api/v1/auth/refresh", {"refresh_token": token}, **more)


def test_a_refresh_token_is_a_uuid_and_gives_another(log_in: LogIn) -> None:
    first = log_in()["refresh_token"]
    answer = renew(first)
    assert answer.status == 200
    assert set(answer.json) == {"access_token", "refresh_token", "token_type", "expires_in"}
    second = answer.json["refresh_token"]
    assert uuid.UUID(second).version == uuid.UUID(first).version == 4
    assert second != first
    assert answer.json["expires_in"] == 3600
    third = renew(second).json["refresh_token"]
    assert third not in {first, second}
    assert renew(third).status == 200


def test_case_12_a_used_one_ends_its_session_and_no_other(log_in: LogIn, turned_clock: TurnedClock) -> None:
    first, other = log_in(), log_in()
    second = renew(first["refresh_token"]).json["refresh_token"]
    assert renew(first["refresh_token"]).json["refresh_token"] == second, "its answer may have been lost"
    turned_clock.advance(GRACE_SECONDS + 1)
    answer = renew(first["refresh_token"])
    assert (answer.status, answer.error["code"]) == (401, "INVALID_TOKEN")
    assert renew(second).status == 401
    assert renew(other["refresh_token"]).status == 200


def test_case_15_seven_days_are_seven_days(log_in: LogIn, turned_clock: TurnedClock, stage: Stage) -> None:
    token = log_in()["refresh_token"]
    for _ in range(6):
        turned_clock.advance(86400)
        token = renew(token).json["refresh_token"]
    turned_clock.advance(86400 - 60)
    answer = renew(token)
    assert answer.json["expires_in"] <= 60
    turned_clock.advance(60)
    assert renew(answer.json["refresh_token"]).status == 401
    assert stage.rows(SESSIONS), "DynamoDB has not removed them yet"


def test_case_16_nothing_at_rest_refreshes(log_in: LogIn, stage: Stage) -> None:
    made = log_in()
    second = renew(made["refresh_token"]).json["refresh_token"]
    at_rest = json.dumps(stage.rows(SESSIONS))
    assert made["refresh_token"] not in at_rest
    assert second not in at_rest


SOME = "0192f0c1-7a3b-4c5d-8e9f-a0b1c2d3e4f5"


@pytest.mark.parametrize("token", ["x", "a.b.c", "é", "0" * 64, SOME, SOME.upper()])
def test_what_is_no_token_is_401(stage: Stage, token: str) -> None:
    assert renew(token).status == 401


def test_tokens_of_one_edition_do_not_refresh_in_the_other(log_in: LogIn, stage: Stage) -> None:
    made = log_in()
    body = {"refresh_token": made["refresh_token"]}
    assert call(refresh_tokens.handler, "POST", "/api/auth/refresh", body).status == 401
    claims = tokens.verify(made["access_token"], "access")
    assert renew(claims.token_id).status == 401
    assert renew(made["refresh_token"]).status == 200


def test_the_twenty_first_in_a_minute_waits_wherever_it_comes_from(log_in: LogIn, turned_clock: TurnedClock) -> None:
    turned_clock.seconds -= turned_clock.seconds % 60
    token, statuses = log_in()["refresh_token"], []
    others = log_in("bob")["refresh_token"]
    for number in range(21):
        answer = renew(token, address=f"198.51.100.{number}")  # each address is below its own limit
        statuses.append(answer.status)
        token = answer.json.get("refresh_token", token)
    assert statuses == [*([200] * 20), 429]
    assert 0 < int(answer.headers["retry-after"]) <= 61
    assert renew(others).status == 200, "somebody else does not wait"
    turned_clock.advance(60)
    assert renew(token).status == 200, "the one that had to wait is still good"


def test_a_refresh_makes_three_calls(log_in: LogIn, stage: Stage) -> None:
    token = log_in()["refresh_token"]
    renew(renew(token).json["refresh_token"])
    token = log_in()["refresh_token"]
    calls = [one for one in stage.calls_of(lambda: renew(token)) if one.startswith("dynamodb")]
    assert calls[-3:] == ["dynamodb:GetItem", "dynamodb:GetItem", "dynamodb:TransactWriteItems"]
    assert len(calls) <= 4, "a lease on the general limits may be taken besides"
