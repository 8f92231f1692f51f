"""POST /api/v1/auth/register."""

import re
from typing import Any

import pytest

from shared.contract.resources import SESSIONS, USERS
from shared.domains.accounts.service import newcomers
from tests.aws import Stage
from tests.functions.api.sessions.conftest import Register


def test_the_example_of_the_source(register: Register, stage: Stage) -> None:
    answer = register(company="Engines Ltd")
    assert answer.status == 201
    assert set(answer.json) == {"user_id", "email", "verification_required"}
    assert (answer.json["email"], answer.json["verification_required"]) == ("ada@example.com", True)
    assert stage.rows(SESSIONS) == [], "registering in Studio logs nobody in"
    row = next(row for row in stage.rows(USERS) if row["pk"]["S"].startswith("user#"))
    assert (row["company"]["S"], row["display_name"]["S"]) == ("Engines Ltd", "Ada Lovelace")
    assert re.fullmatch(r"ada_\d{4}", row["username"]["S"])


def test_a_username_may_be_chosen_and_an_address_is_taken_once(register: Register) -> None:
    assert register(username="ada").status == 201
    answer = register(username="ada_2")
    assert (answer.status, answer.error["code"], list(answer.error["field_errors"])) == (409, "CONFLICT", ["email"])
    answer = register("bob", username="ADA")
    assert (answer.status, list(answer.error["field_errors"])) == (409, ["username"])


def test_a_made_up_name_that_is_taken_is_made_up_again(register: Register, monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = iter([7, 7, 8])
    monkeypatch.setattr(newcomers.secrets, "randbelow", lambda _: next(numbers))
    assert register(email="ada@one.example").status == 201
    assert register(email="ada@two.example").status == 201
    assert next(numbers, None) is None


BAD: list[tuple[dict[str, Any], set[str]]] = [
    ({"password": "Short horse 1"[:11]}, {"password"}),
    ({"password": "correct horse battery 1"}, {"password"}),
    ({"password": "CORRECT HORSE BATTERY 1"}, {"password"}),
    ({"password": "Correct horse battery"}, {"password"}),
    ({"password": "Correcthorsebattery1"}, {"password"}),
    ({"password": "Aa1!" * 65}, {"password"}),
    ({"email": "nowhere", "full_name": "  "}, {"email", "full_name"}),
    ({"full_name": None}, {"full_name"}),
    ({"company": "x" * 101}, {"company"}),
    ({"username": "a"}, {"username"}),
    ({"role": "admin"}, {"role"}),
    ({"subscription_tier": "pro"}, {"subscription_tier"}),
]


@pytest.mark.parametrize(("changes", "fields"), BAD, ids=[str(changes) for changes, _ in BAD])
def test_bad_input_is_named_and_makes_nobody(
    register: Register, stage: Stage, changes: dict[str, Any], fields: set[str]
) -> None:
    answer = register(**changes)
    assert (answer.status, answer.error["code"], set(answer.error["field_errors"])) == (400, "VALIDATION_ERROR", fields)
    assert stage.rows(USERS) == []


def test_the_sixth_in_an_hour_waits(register: Register) -> None:
    statuses = [register(f"ada{number}").status for number in range(6)]
    assert statuses == [*([201] * 5), 429]
