"""POST /api/auth/refresh."""

from typing import Any

import pytest

from functions.api.accounts.refresh_tokens import handler
from tests.api import Answer, call
from tests.aws import Stage
from tests.examples import differences
from tests.functions.api.accounts.conftest import Register


def refresh(token: Any, **more: Any) -> Answer:
    return call(handler, "POST", "/api/auth/refresh", {"refresh_token": token, **more})


def test_the_example_of_the_source(register: Register) -> None:
    before = register().json["tokens"]
    answer = refresh(before["refresh_token"])
    assert answer.status == 200
    assert differences({"access_token": "jwt", "refresh_token": "jwt"}, answer.json) == []
    assert answer.json["refresh_token"] != before["refresh_token"]
    assert answer.headers["cache-control"] == "no-store"


def test_a_reused_token_ends_its_family(register: Register) -> None:
    first = register().json["tokens"]["refresh_token"]
    second = refresh(first).json["refresh_token"]
    third = refresh(second).json["refresh_token"]
    assert refresh(first).status == 401
    answer = refresh(third)
    assert (answer.status, answer.error["code"]) == (401, "UNAUTHORIZED")


@pytest.mark.parametrize("token", ["x", "a.b.c", "é", "x" * 8192])
def test_what_is_no_token_is_401(stage: Stage, token: str) -> None:
    assert refresh(token).status == 401


def test_an_access_token_does_not_refresh(register: Register) -> None:
    assert refresh(register().json["tokens"]["access_token"]).status == 401


@pytest.mark.parametrize(
    "body", [{"refresh_token": ""}, {"refresh_token": None}, {"refresh_token": 7}, {}, {"token": "x"}]
)
def test_bad_input_is_422(stage: Stage, body: dict[str, Any]) -> None:
    answer = call(handler, "POST", "/api/auth/refresh", body)
    assert (answer.status, answer.error["code"]) == (422, "VALIDATION_ERROR")


def test_a_token_is_still_good_after_a_time_without_the_key(stage: Stage, register: Register) -> None:
    token = register().json["tokens"]["refresh_token"]
    stage.restart()
    with stage.refusing("secretsmanager", "GetSecretValue", "InternalServiceError") as fired:
        refused = refresh(token)
    assert fired
    assert (refused.status, refused.headers["retry-after"]) == (503, "5")
    assert refresh(token).status == 200
