"""Idempotency-Key as callers meet it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from shared.contract.resources import IDEMPOTENCY, LIMITS
from shared.http import limiting
from tests.api import Answer, call, call_in_a_thread
from tests.aws import Stage
from tests.callers import user_token
from tests.clock import TurnedClock
from tests.shared.http import things


@pytest.fixture(autouse=True)
def nothing_made() -> None:
    things.made.clear()


@pytest.fixture
def token(stage: Stage) -> str:
    return user_token(stage)


def make(
    token: str,
    key: str | None,
    name: str = "a",
    handler: Any = things.make_thing_handler,
    ask: Callable[..., Answer] = call,
    **more: Any,
) -> Answer:
    headers = {} if key is None else {"idempotency-key": key}
    path = "/api/secrets" if handler is things.make_secret_handler else "/api/things"
    return ask(handler, "POST", path, {"name": name}, token=token, headers=headers, **more)


def test_the_same_request_again_gets_the_first_answer(stage: Stage, token: str) -> None:
    first, again = make(token, "k"), make(token, "k")
    assert things.made["a"] == 1
    assert (again.status, again.body) == (first.status, first.body) == (201, first.body)
    assert again.headers["location"] == first.headers["location"] == "/api/things/1"
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    assert again.headers["x-request-id"] != first.headers["x-request-id"]


def test_it_takes_two_calls(stage: Stage, token: str) -> None:
    make(token, None)
    calls = [name for name in stage.calls_of(lambda: make(token, "k")) if "Update" not in name]
    assert calls == ["dynamodb:PutItem", "dynamodb:PutItem"]


def test_without_a_key_nothing_is_kept(stage: Stage, token: str) -> None:
    make(token, None)
    make(token, None)
    assert things.made["a"] == 2
    assert stage.rows(IDEMPOTENCY) == []


def test_another_body_under_the_key_is_refused(stage: Stage, token: str) -> None:
    make(token, "k")
    other = make(token, "k", "b")
    assert (other.status, other.error["code"]) == (422, "IDEMPOTENCY_MISMATCH")
    assert things.made["b"] == 0


def test_a_key_belongs_to_a_user_and_an_endpoint(stage: Stage, token: str) -> None:
    make(token, "k")
    assert make(user_token(stage), "k").headers["location"] == "/api/things/2"
    assert make(token, "k", "b", things.make_secret_handler).status == 201


def test_a_key_lasts_a_day(stage: Stage, turned_clock: TurnedClock) -> None:
    user_id = "01900000-0000-7000-8000-000000000001"
    make(user_token(stage, user_id=user_id), "k")
    turned_clock.advance(24 * 3600 + 2)
    make(user_token(stage, user_id=user_id), "k")
    assert things.made["a"] == 2


@pytest.mark.parametrize("key", ["", "k" * 256, "tab\tinside", "käse"])
def test_a_bad_key_is_a_bad_request(stage: Stage, token: str, key: str) -> None:
    answer = make(token, key)
    assert (answer.status, answer.error["code"]) == (400, "BAD_REQUEST")
    assert things.made["a"] == 0


def test_a_key_of_255_characters_is_taken(stage: Stage, token: str) -> None:
    assert make(token, "k" * 255).status == make(token, "k" * 255).status == 201
    assert things.made["a"] == 1


@pytest.mark.parametrize(("name", "status"), [("invalid", 422), ("broken", 500)])
def test_validation_failures_and_defects_are_not_kept(stage: Stage, token: str, name: str, status: int) -> None:
    assert [make(token, "k", name).status for _ in range(2)] == [status] * 2
    assert things.made[name] == 2
    assert stage.rows(IDEMPOTENCY) == []


def test_a_refusal_by_the_state_of_things_is_kept(stage: Stage, token: str) -> None:
    assert [make(token, "k", "taken").status for _ in range(2)] == [409] * 2
    assert things.made["taken"] == 1


def test_an_answer_that_carries_a_secret_is_never_kept(stage: Stage, token: str) -> None:
    assert make(token, "k", handler=things.make_secret_handler).status == 201
    again = make(token, "k", handler=things.make_secret_handler)
    assert (again.status, again.error["code"]) == (409, "CONFLICT")
    assert things.made["a"] == 1
    assert "answer" not in stage.rows(IDEMPOTENCY)[0]


def test_eight_at_once_run_once(stage: Stage, token: str) -> None:
    make(token, None)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: make(token, "k", "slow", ask=call_in_a_thread), range(8)))
    assert things.made["slow"] == 1
    assert sorted({answer.status for answer in answers}) == [201, 409]
    assert sum(answer.status == 201 and "idempotent-replayed" not in answer.headers for answer in answers) == 1
    assert make(token, "k", "slow").headers["idempotent-replayed"] == "true"


def test_a_run_holds_its_key_for_as_long_as_the_function_lives(stage: Stage, token: str) -> None:
    class Context:
        @staticmethod
        def get_remaining_time_in_millis() -> int:
            return 7000

    from shared.base import clock
    from tests.api import event

    sent = event("POST", "/api/things", {"name": "a"}, token=token, headers={"idempotency-key": "k"})
    now = int(clock.now())
    assert things.make_thing_handler(sent, Context())["statusCode"] == 201
    claimed = next(
        call for call in stage.calls if call.operation == "PutItem" and "idempotency" in str(call.parameters)
    )
    assert now + 8 <= int(claimed.parameters["Item"]["busy_until"]["N"]) <= now + 10


def test_without_the_table_a_request_with_a_key_is_refused(stage: Stage, token: str) -> None:
    make(token, None)
    with stage.refusing("dynamodb", "PutItem", "InternalServerError") as fired:
        assert make(token, "k").status == 503
    assert fired
    assert things.made["a"] == 1


def test_a_repeat_costs_nothing_of_the_endpoint_s_own_limit(stage: Stage, turned_clock: TurnedClock) -> None:
    token = user_token(stage)
    assert [make(token, f"k{number}").status for number in range(50)] == [201] * 50
    assert make(token, "another").status == 429
    again = make(token, "k0")
    assert (again.status, again.headers["idempotent-replayed"]) == (201, "true")
    assert [row["taken"]["N"] for row in stage.rows(LIMITS) if row["bucket"]["S"].startswith("things#")] == ["50"]


def test_a_refusal_by_the_limit_leaves_the_key_free(stage: Stage, turned_clock: TurnedClock) -> None:
    user_id = "01900000-0000-7000-8000-000000000001"
    token = user_token(stage, user_id=user_id)
    for _ in range(50):
        make(token, None)
    assert make(token, "k").status == 429
    turned_clock.advance(3600)
    assert make(user_token(stage, user_id=user_id), "k").status == 201


def test_a_repeat_is_answered_while_nobody_counts(stage: Stage, token: str) -> None:
    make(token, "k")
    limiting.forget()
    with stage.refusing("dynamodb", "UpdateItem", "InternalServerError") as fired:
        assert make(token, "k").headers["idempotent-replayed"] == "true"
        assert make(token, "l").status == 503
    assert fired
