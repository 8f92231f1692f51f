"""Counters of failures: how long they lock, when they are forgotten, and what is written together with them."""

import pytest

from shared.base.audit import Action, entry
from shared.base.errors import UnavailableError
from shared.base.failures import Count, Lock, count, counts_of, forgiveness, locked_seconds, pardon
from shared.base.transactions import write_together
from shared.contract.resources import AUDIT, LIMITS
from tests.aws import Stage
from tests.clock import TurnedClock

START = 1_800_000_000.0
LOCK, OTHER = Lock("ada#203.0.113.7", 3, 900), Lock("ada", 50, 3600)
BOTH = LOCK, OTHER


@pytest.fixture(autouse=True)
def now(stage: Stage, turned_clock: TurnedClock) -> TurnedClock:
    turned_clock.seconds = START
    return turned_clock


def known(stage: Stage, *locks: Lock) -> dict[Lock, Count]:
    return counts_of(locks, stage.rows(LIMITS))


def fail(stage: Stage, *locks: Lock, times: int = 1) -> None:
    for _ in range(times):
        count(known(stage, *locks))


def failures(stage: Stage, lock: Lock = LOCK) -> int:
    return known(stage, lock)[lock].failures


def locked(stage: Stage, lock: Lock = LOCK) -> int:
    return locked_seconds(lock, known(stage, lock)[lock])


def test_a_lock_is_open_up_to_the_last_failure_it_bears(stage: Stage) -> None:
    fail(stage, *BOTH, times=2)
    assert locked(stage) == 0
    fail(stage, *BOTH)
    assert locked(stage) > 0
    assert locked(stage, OTHER) == 0
    assert (failures(stage), failures(stage, OTHER)) == (3, 3)


@pytest.mark.parametrize(("passed", "left"), [(0.5, 900), (899.5, 1)])
def test_who_waits_as_long_as_they_are_told_finds_it_open_and_not_a_second_longer(
    stage: Stage, now: TurnedClock, passed: float, left: int
) -> None:
    fail(stage, LOCK, times=3)
    now.advance(passed)
    assert locked(stage) == left
    now.advance(left)
    assert locked(stage) == 0


def test_failures_count_until_the_second_in_which_they_are_forgotten(stage: Stage, now: TurnedClock) -> None:
    fail(stage, *BOTH)
    now.advance(899)
    fail(stage, *BOTH)
    assert failures(stage) == 2, "each prolongs the ones before"
    now.advance(899)
    assert failures(stage) == 2
    now.advance(1)
    assert (failures(stage), failures(stage, OTHER)) == (0, 2)
    fail(stage, *BOTH)
    assert (failures(stage), failures(stage, OTHER)) == (1, 3)


def test_a_failure_is_counted_by_one_call_whether_it_is_the_first_or_not(stage: Stage) -> None:
    for _ in range(2):
        before = known(stage, *BOTH)
        assert stage.calls_of(lambda before=before: count(before)) == ["dynamodb:TransactWriteItems"]


def test_what_others_counted_meanwhile_is_counted_on(stage: Stage) -> None:
    before = known(stage, *BOTH)
    for _ in range(3):
        count(before)
    assert (failures(stage), failures(stage, OTHER)) == (3, 3)


def test_what_was_forgotten_meanwhile_is_begun_anew(stage: Stage, now: TurnedClock) -> None:
    fail(stage, *BOTH, times=2)
    before = known(stage, *BOTH)
    now.advance(LOCK.seconds)
    count(before)
    assert (failures(stage), failures(stage, OTHER)) == (1, 3)


def test_an_entry_of_the_trail_is_made_with_the_failure_it_tells_of_and_not_without_it(stage: Stage) -> None:
    count(known(stage, *BOTH), entry(Action.ACCOUNT_LOCKED, "ada"))
    assert [row["action"]["S"] for row in stage.rows(AUDIT)] == ["account.locked"]
    with (
        stage.refusing("dynamodb", "TransactWriteItems", "InternalServerError") as fired,
        pytest.raises(UnavailableError, match="counters of attempts"),
    ):
        count(known(stage, *BOTH), entry(Action.ACCOUNT_LOCKED, "ada"))
    assert fired
    assert (failures(stage), len(stage.rows(AUDIT))) == (1, 1)


def test_a_failure_that_never_fits_what_is_there_is_not_answered(stage: Stage) -> None:
    reasons = [{"Code": "ConditionalCheckFailed"}]
    refusals = stage.refusing(
        "dynamodb", "TransactWriteItems", "TransactionCanceledException", CancellationReasons=reasons
    )
    with refusals as fired, pytest.raises(UnavailableError, match="cannot be counted"):
        count(known(stage, LOCK))
    assert 1 < len(fired) < 20


def test_a_success_forgets_the_failures_of_a_lock_that_is_open_alone(stage: Stage, now: TurnedClock) -> None:
    assert write_together(forgiveness(LOCK)) is None, "there are none"
    fail(stage, *BOTH, times=2)
    assert write_together(forgiveness(LOCK)) is None
    assert (failures(stage), failures(stage, OTHER)) == (0, 2)
    fail(stage, LOCK, times=3)
    assert write_together(forgiveness(LOCK)) is not None
    assert failures(stage) == 3
    now.advance(LOCK.seconds)
    assert write_together(forgiveness(LOCK)) is None


def test_a_pardon_opens_one_lock_however_locked_it_is(stage: Stage) -> None:
    assert write_together(pardon(LOCK)) is None, "there is nothing to forget"
    fail(stage, *BOTH, times=4)
    assert locked(stage) > 0
    assert write_together(pardon(LOCK)) is None
    assert (failures(stage), locked(stage), failures(stage, OTHER)) == (0, 0, 4)
