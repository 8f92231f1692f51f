"""Which buckets a request pays from, and what it tells of them."""

import math
from typing import Any

import pytest

from shared.base.errors import RateLimitedError
from shared.base.limiter import Standing
from shared.contract.declare import Compute, Endpoint
from shared.contract.limits import HOUR, MINUTE, Limit, per_address, per_user
from shared.contract.permissions import SIGNATURE, CallerRule, optional
from shared.contract.resources import LIMITS
from shared.http import limiting
from shared.http.caller import Caller
from shared.http.limiting import headers_of
from shared.http.visit import Visit
from tests.aws import Stage
from tests.clock import TurnedClock

START = 1_800_000_000.0
ADDRESS = "203.0.113.7"
ANYBODY = optional()
NOBODY, PRO = Caller(address=ADDRESS), Caller(user_id="ada", address=ADDRESS, tier="pro")
LOGIN, UPLOAD = per_address("auth", 10, MINUTE), per_user("upload", 5, HOUR)


def visited(caller: Caller, *limits: Limit, rule: CallerRule = ANYBODY, general: bool = True) -> Visit:
    """What is known of a request that has paid up to its run."""
    endpoint = Endpoint((), Compute(), method="POST", path="/api/x", caller=rule, limits=limits, general=general)
    visit = Visit(caller=caller)
    limiting.charge(endpoint, visit)
    limiting.charge_run(endpoint, visit)
    return visit


def paid(caller: Caller, *limits: Limit, **more: Any) -> list[tuple[str, int]]:
    """Name and quota of each bucket that a request pays from."""
    return [(standing.name, standing.quota) for standing in visited(caller, *limits, **more).standings]


def counted(stage: Stage) -> list[str]:
    """The exact buckets that have counted something, without their windows."""
    keys = [row["bucket"]["S"] for row in stage.rows(LIMITS) if "taken" in row]
    return sorted(key.rpartition("#")[0] for key in keys)


def test_an_endpoint_s_limits_are_those_of_its_address_and_of_its_user(stage: Stage) -> None:
    assert paid(PRO, UPLOAD, LOGIN) == [("user-minute", 500), ("user-hour", 5000), ("auth", 10), ("upload", 25)]
    assert counted(stage) == [f"auth#address:{ADDRESS}", "upload#ada"]


def test_a_limit_on_users_counts_who_is_not_known_by_address(stage: Stage) -> None:
    assert paid(NOBODY, UPLOAD) == [("address", 20), ("upload", 5)]
    assert counted(stage) == [f"upload#address:{ADDRESS}"]


@pytest.mark.parametrize(
    ("limit", "general"),
    [
        (per_address("x", 20, MINUTE), False),
        (per_address("x", 20, HOUR), False),
        (per_address("x", 21, MINUTE), True),
        (per_address("x", 20, MINUTE - 1), True),
        (per_user("x", 20, MINUTE), True),
    ],
)
def test_the_general_limit_of_an_address_is_left_out_where_it_could_refuse_nothing(
    stage: Stage, limit: Limit, general: bool
) -> None:
    assert (("address", 20) in paid(NOBODY, limit)) is general
    assert ("user-minute", 500) in paid(PRO, limit)


def test_nobody_pays_for_somebody_else(stage: Stage, turned_clock: TurnedClock) -> None:
    turned_clock.seconds = START
    callers = [PRO, Caller(user_id="bob", address=ADDRESS), NOBODY, Caller(address="198.51.100.1")]
    for left in (1, 2):
        for caller in callers:
            tightest = visited(caller, UPLOAD).standings[0]
            assert tightest.remaining == tightest.quota - left


def test_the_first_request_of_a_user_in_an_hour_is_told(stage: Stage, turned_clock: TurnedClock) -> None:
    turned_clock.seconds = START
    service = Caller(service="service:metrics", address=ADDRESS)
    told = [visited(caller).first_in_hour for caller in (PRO, PRO, NOBODY, service)]
    assert told == [True, False, False, False]
    turned_clock.advance(HOUR)
    assert visited(PRO).first_in_hour


def test_signed_reports_and_what_is_not_general_pay_nothing_in_general(stage: Stage) -> None:
    assert paid(NOBODY, rule=SIGNATURE) == []
    assert paid(PRO, general=False) == []
    assert paid(NOBODY, LOGIN, rule=SIGNATURE) == [("auth", 10)]


def test_who_is_refused_waits_for_the_end_of_the_window(stage: Stage, turned_clock: TurnedClock) -> None:
    turned_clock.seconds = START + 20.5
    for _ in range(10):
        paid(NOBODY, LOGIN)
    with pytest.raises(RateLimitedError, match="try again in 40 s") as raised:
        paid(NOBODY, LOGIN)
    assert raised.value.retry_after == 40
    turned_clock.seconds = START + 59.999
    with pytest.raises(RateLimitedError) as raised:
        paid(NOBODY, LOGIN)
    assert raised.value.retry_after == 1


def test_headers_tell_of_all_buckets_and_of_the_tightest(turned_clock: TurnedClock) -> None:
    turned_clock.seconds = START
    wide, tight = Standing("wide", 100, 60, 30, START + 9.2), Standing("tight", 1000, 3600, 200, START + 99.5)
    assert headers_of([wide, tight]) == {
        "ratelimit-policy": '"wide";q=100;w=60, "tight";q=1000;w=3600',
        "ratelimit": '"wide";r=30;t=10, "tight";r=200;t=100',
        "x-ratelimit-limit": "1000",
        "x-ratelimit-remaining": "200",
        "x-ratelimit-reset": str(math.ceil(START + 99.5)),
    }


def test_a_bucket_that_refuses_is_the_tightest_and_has_nothing_left(turned_clock: TurnedClock) -> None:
    turned_clock.seconds = START
    refusing = Standing("refusing", 10, 60, -1, START - 5, allowed=False)
    told = headers_of([Standing("empty", 100, 60, 0, START + 5), refusing])
    assert told["ratelimit"] == '"empty";r=0;t=5, "refusing";r=0;t=0'
    assert (told["x-ratelimit-limit"], told["x-ratelimit-remaining"]) == ("10", "0")
