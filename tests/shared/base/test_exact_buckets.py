"""Exact buckets: how many requests they let through, and when they fill again."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from shared.base.leases import Leases
from shared.base.limiter import Standing, pay
from shared.base.request_counts import KEPT, SPAN
from shared.contract.limits import HOUR, MINUTE, per_address, per_user
from shared.contract.resources import LIMITS
from tests.aws import Stage
from tests.clock import TurnedClock
from tests.shared.base.limits import ADDRESS, START, USER, hour, writes

__all__ = ["hour"]

LOGIN = per_address("auth", 10, MINUTE)
UPLOAD = per_user("upload", 5, HOUR)


def test_case_41_an_exact_bucket_lets_its_amount_through_and_fills_again_with_the_next_window(
    stage: Stage, hour: TurnedClock
) -> None:
    hour.advance(20)
    taken = [pay(LOGIN, ADDRESS) for _ in range(12)]
    assert [standing.allowed for standing in taken] == [True] * 10 + [False] * 2
    assert [standing.remaining for standing in taken] == [*range(9, -1, -1), 0, 0]
    assert taken[0] == Standing("auth", 10, 60, 9, START + 60)
    assert writes(stage) == 12
    hour.advance(39.9)
    assert not pay(LOGIN, ADDRESS).allowed
    hour.advance(0.1)
    assert pay(LOGIN, ADDRESS).remaining == 9


def test_subjects_and_buckets_do_not_touch_one_another(stage: Stage, hour: TurnedClock) -> None:
    assert [pay(LOGIN, "198.51.100.1").allowed for _ in range(11)][-1] is False
    assert pay(LOGIN, "198.51.100.2").allowed
    assert pay(UPLOAD, "198.51.100.1").remaining == 4


@pytest.mark.parametrize(("scale", "amount"), [("100", 1000), ("0.5", 5), ("0.01", 1)])
def test_the_stage_scales_all_amounts(
    stage: Stage, hour: TurnedClock, monkeypatch: pytest.MonkeyPatch, scale: str, amount: int
) -> None:
    monkeypatch.setenv("RATE_SCALE", scale)
    assert pay(LOGIN, ADDRESS).quota == amount


def test_a_tier_multiplies_what_a_user_has(stage: Stage, hour: TurnedClock) -> None:
    assert pay(UPLOAD, USER, "pro").quota == 25
    assert [standing.quota for standing in Leases().admit_user(USER, "enterprise").standings] == [2000, 20000]


def test_an_exact_bucket_is_exact_for_many_at_once(stage: Stage, hour: TurnedClock) -> None:
    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(lambda _: pay(LOGIN, ADDRESS).allowed, range(40)))
    assert sum(taken) == 10


def test_rows_end_with_their_window(stage: Stage, hour: TurnedClock) -> None:
    pay(LOGIN, ADDRESS)
    Leases().admit_user(USER)
    Leases().admit_address(ADDRESS)
    rows = {row["bucket"]["S"].partition("#")[0]: int(row["expires_at"]["N"]) - START for row in stage.rows(LIMITS)}
    assert rows == {"auth": 2 * MINUTE, "user": SPAN + KEPT, "address": MINUTE}
