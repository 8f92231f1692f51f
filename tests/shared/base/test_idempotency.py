"""Keys of requests that must run once."""

import pytest

from shared.base import idempotency
from shared.base.errors import ConflictError, IdempotencyMismatchError, UnavailableError
from shared.base.idempotency import Claim, claim, keep, release
from shared.contract.resources import IDEMPOTENCY
from tests.aws import Stage
from tests.clock import TurnedClock

ANSWER = {"statusCode": 201, "headers": {"location": "/x"}, "body": '{"id": "1"}'}


def claimed(key: str = "user#make#1", fingerprint: str = "f", seconds: float = 15) -> Claim:
    found = claim(key, fingerprint, seconds)
    assert isinstance(found, Claim)
    return found


def test_a_kept_answer_comes_back_for_a_day(stage: Stage, turned_clock: TurnedClock) -> None:
    assert stage.calls_of(lambda: keep(claimed(), ANSWER)) == ["dynamodb:PutItem", "dynamodb:PutItem"]
    turned_clock.advance(24 * 3600 - 2)
    assert claim("user#make#1", "f", 15) == ANSWER
    turned_clock.advance(3)
    claimed()


def test_another_request_under_the_key_is_told_so(stage: Stage) -> None:
    mine = claimed()
    with pytest.raises(IdempotencyMismatchError):
        claim("user#make#1", "other", 15)
    keep(mine, ANSWER)
    with pytest.raises(IdempotencyMismatchError):
        claim("user#make#1", "other", 15)


def test_a_running_request_keeps_others_out_until_its_function_must_have_ended(
    stage: Stage, turned_clock: TurnedClock
) -> None:
    late = claimed(seconds=15)
    turned_clock.advance(15)
    with pytest.raises(ConflictError) as running:
        claim("user#make#1", "f", 15)
    assert running.value.headers == {"Retry-After": "1"}
    turned_clock.advance(2)
    second = claimed()
    keep(late, {"statusCode": 200, "headers": {}, "body": "of the first"})
    keep(second, ANSWER)
    assert claim("user#make#1", "f", 15) == ANSWER


def test_a_released_key_is_free_again(stage: Stage) -> None:
    mine = claimed()
    release(mine)
    other = claimed()
    release(mine)
    with pytest.raises(ConflictError):
        claim("user#make#1", "f", 15)
    release(other)
    assert stage.rows(IDEMPOTENCY) == []


@pytest.mark.parametrize("answer", [None, {"statusCode": 200, "headers": {}, "body": "x"}])
def test_an_answer_that_is_not_kept_leaves_a_mark(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, answer: dict[str, object] | None
) -> None:
    monkeypatch.setattr(idempotency, "MAX_ITEM", 10)
    keep(claimed(), answer)
    with pytest.raises(ConflictError, match="was done"):
        claim("user#make#1", "f", 15)


def test_an_answer_of_a_megabyte_that_compresses_is_kept(stage: Stage) -> None:
    answer = {"statusCode": 200, "headers": {}, "body": "all the same " * 80_000}
    keep(claimed(), answer)
    assert claim("user#make#1", "f", 15) == answer
    (row,) = stage.rows(IDEMPOTENCY)
    assert len(row["answer"]["B"]) < 10_000


def test_a_claim_whose_reply_is_lost_is_still_ours(stage: Stage) -> None:
    with stage.cut_off("dynamodb", "PutItem", times=1, after=True) as fired:
        claimed()
    assert len(fired) == 1


def test_a_table_that_fails_refuses_before_and_not_after(stage: Stage) -> None:
    with stage.cut_off("dynamodb", "PutItem", after=False) as fired, pytest.raises(UnavailableError):
        claim("user#make#1", "f", 15)
    assert len(fired) == 3
    mine = claimed()
    with stage.cut_off("dynamodb", "PutItem", after=False) as fired:
        keep(mine, ANSWER)
    assert len(fired) == 3
