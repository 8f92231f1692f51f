"""Leased buckets: how many requests they let through, when they fill again, what they cost."""

import random
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from shared.base.leases import Leases
from shared.base.limiter import LEASE_SECONDS, Admission, LimiterDownError, Standing, pay
from shared.base.request_counts import buckets, requests
from shared.contract.limits import AUTH, HOUR, MINUTE
from shared.contract.resources import LIMITS
from tests.aws import Stage
from tests.clock import TurnedClock
from tests.shared.base.limits import ADDRESS, START, USER, hour, writes

__all__ = ["hour"]

DAY = 24 * HOUR


def allowed(admission: Admission) -> bool:
    return all(standing.allowed for standing in admission.standings)


def test_a_user_has_a_hundred_requests_a_minute(stage: Stage, hour: TurnedClock) -> None:
    leases = Leases()
    answers = [leases.admit_user(USER) for _ in range(130)]
    assert [allowed(answer) for answer in answers] == [True] * 100 + [False] * 30
    minute, hourly = answers[99].standings
    assert (minute.remaining, minute.resets_at, hourly.remaining) == (0, START + MINUTE, 900)
    hour.advance(MINUTE)
    assert allowed(leases.admit_user(USER))


def test_a_user_has_ten_such_minutes_an_hour(stage: Stage, hour: TurnedClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RATE_SCALE", "0.1")
    leases = Leases()
    passed = 0
    for _ in range(12):
        passed += sum(allowed(leases.admit_user(USER)) for _ in range(10))
        hour.advance(MINUTE)
    assert passed == 100
    refused = next(one for one in leases.admit_user(USER).standings if not one.allowed)
    assert (refused.name, refused.resets_at) == ("user-hour", START + HOUR)
    hour.seconds = START + HOUR
    assert allowed(leases.admit_user(USER))


def test_what_somebody_asks_is_counted_for_them_alone_in_all_processes(stage: Stage, hour: TurnedClock) -> None:
    leases = Leases()
    for _ in range(101):
        leases.admit_user(USER)
        leases.admit_address(ADDRESS)
    for process in (leases, Leases()):
        assert not allowed(process.admit_user(USER))
        assert not allowed(process.admit_address(ADDRESS))
        assert allowed(process.admit_user("another"))
        assert allowed(process.admit_address("198.51.100.1"))


def test_a_busy_caller_costs_a_quarter_of_a_write_a_request(stage: Stage, hour: TurnedClock) -> None:
    leases = Leases()
    for _ in range(97):
        assert allowed(leases.admit_user(USER))
        hour.advance(0.5)
    assert writes(stage) <= 1 + 97 / 4 + 1


def test_who_is_refused_costs_nothing_more(stage: Stage, hour: TurnedClock) -> None:
    leases = Leases()
    for _ in range(101):
        leases.admit_user(USER)
    before = writes(stage)
    assert not any(allowed(leases.admit_user(USER)) for _ in range(500))
    assert writes(stage) == before


def test_a_slow_caller_takes_one_token_at_a_time(stage: Stage, hour: TurnedClock) -> None:
    leases = Leases()
    for _ in range(6):
        leases.admit_user(USER)
        hour.advance(9)
    (row,) = stage.rows(LIMITS)
    assert requests(row) == 6


@pytest.mark.parametrize(("pause", "tokens"), [(2, 4), (12, 1)])
def test_who_pauses_longer_than_by_chance_takes_one_token(
    stage: Stage, hour: TurnedClock, pause: float, tokens: int
) -> None:
    """Requests that fall on many functions come to each of them at uneven times."""
    leases = Leases()
    for _ in range(17):
        leases.admit_user(USER)
        hour.advance(0.5)
    while leases_taken(stage, leases) == 0:
        hour.advance(0.5)
    for _ in range(3):  # what the last lease brought besides
        leases.admit_user(USER)
    hour.advance(pause)
    taken = [leases_taken(stage, leases) for _ in range(5)]
    assert taken[0] == 1
    assert taken.index(1, 1) == tokens


def leases_taken(stage: Stage, leases: Leases) -> int:
    """How many leases a request takes."""
    return len(stage.calls_of(lambda: leases.admit_user(USER)))


def test_tokens_are_good_for_some_seconds_after_their_minute_and_were_counted_in_it(
    stage: Stage, hour: TurnedClock
) -> None:
    leases = Leases()
    hour.advance(58)
    for _ in range(6):
        leases.admit_user(USER)
        hour.advance(0.1)
    hour.seconds = START + MINUTE
    held = leases.admit_user(USER).standings[0]
    assert (held.remaining, held.resets_at) == (99, START + 2 * MINUTE), "told of the minute that it is"
    assert sum(allowed(leases.admit_user(USER)) for _ in range(130)) == 102
    counted = sum(int(row[name]["N"]) for row in stage.rows(LIMITS) for name in row if name.startswith("m"))
    assert counted == 6 + 3 + 100, "three were taken before, and nothing was let in that was not counted"


def test_tokens_end_soon_after_their_minute(stage: Stage, hour: TurnedClock) -> None:
    leases = Leases()
    hour.advance(58)
    for _ in range(6):
        leases.admit_user(USER)
        hour.advance(0.1)
    hour.seconds = START + MINUTE + LEASE_SECONDS
    assert sum(allowed(leases.admit_user(USER)) for _ in range(130)) == 100


@pytest.mark.parametrize("processes", [1, 6])
@pytest.mark.parametrize("per_minute", [130, 300])
def test_over_many_processes_a_minute_lets_through_its_amount_and_wastes_at_most_a_tenth(
    stage: Stage, hour: TurnedClock, processes: int, per_minute: int
) -> None:
    """A user's requests fall on the functions of many endpoints: each has leases of its own."""
    chance = random.Random(processes * per_minute)
    instances = [Leases() for _ in range(processes)]
    for minute in range(2):
        passed, asked = 0, 0
        while hour.seconds < START + (minute + 1) * MINUTE:
            asked += 1
            passed += allowed(chance.choice(instances).admit_user(USER))
            hour.advance(chance.expovariate(per_minute / MINUTE))
        assert min(asked, 100) * 0.9 <= passed <= 100


def test_the_first_request_of_a_user_in_an_hour_is_known(stage: Stage, hour: TurnedClock) -> None:
    one, other = Leases(), Leases()
    assert [one.admit_user(USER).first_in_hour for _ in range(6)] == [True] + [False] * 5
    assert not other.admit_user(USER).first_in_hour
    hour.advance(HOUR)
    assert other.admit_user(USER).first_in_hour


def test_what_was_asked_in_a_month_can_be_told_from_a_read(stage: Stage, hour: TurnedClock) -> None:
    """Its rows come to fewer than the 100 that one call reads, and each counts its hours alone."""
    begins = START - START % DAY
    ends = begins + 31 * DAY
    leases, times = Leases(), range(int(begins), int(ends), 5 * HOUR)
    for hour.seconds in times:
        assert [one.remaining for one in leases.admit_user(USER).standings] == [99, 999]
    rows = {row["bucket"]["S"]: row for row in stage.rows(LIMITS)}
    asked = buckets(USER, begins, ends - 1)
    assert set(rows) == set(asked)
    assert len(asked) == 93
    assert sum(requests(rows[bucket]) for bucket in asked) == len(times)
    assert sum(requests(rows[bucket]) for bucket in buckets(USER, begins, begins + DAY - 1)) == 5


def test_an_address_has_twenty_at_once_and_ten_a_second(stage: Stage, hour: TurnedClock) -> None:
    leases = Leases()
    assert sum(allowed(leases.admit_address(ADDRESS)) for _ in range(60)) == 20
    hour.advance(0.5)
    assert sum(allowed(leases.admit_address(ADDRESS)) for _ in range(60)) == 5
    hour.advance(60)
    assert sum(allowed(leases.admit_address(ADDRESS)) for _ in range(60)) == 20


def test_who_is_refused_learns_when_to_come_back(stage: Stage, hour: TurnedClock) -> None:
    leases = Leases()
    answers = [leases.admit_address(ADDRESS) for _ in range(21)]
    assert answers[0].standings == (Standing("address", 20, 2, 19, START + 0.1),)
    (standing,) = answers[-1].standings
    assert (standing.name, standing.quota, standing.window, standing.remaining) == ("address", 20, 2, 0)
    assert not standing.allowed
    assert standing.resets_at == pytest.approx(START + 0.4, abs=0.01)
    hour.seconds = standing.resets_at
    assert allowed(leases.admit_address(ADDRESS))


def test_a_steady_address_passes_for_a_quarter_of_a_write_a_request(stage: Stage, hour: TurnedClock) -> None:
    leases = Leases()
    for _ in range(200):
        assert allowed(leases.admit_address(ADDRESS))
        hour.advance(0.11)
    assert writes(stage) <= 200 / 4 + 3


@pytest.mark.parametrize("processes", [1, 5])
def test_an_address_never_gets_more_than_burst_and_rate(stage: Stage, hour: TurnedClock, processes: int) -> None:
    chance = random.Random(processes)
    instances = [Leases() for _ in range(processes)]
    passed = asked = 0
    while hour.seconds < START + 20:
        asked += 1
        passed += allowed(chance.choice(instances).admit_address(ADDRESS))
        hour.advance(chance.expovariate(25))
    assert 0.9 * 10 * 20 <= passed <= 20 + 10 * 20
    assert writes(stage) <= asked * (0.3 if processes == 1 else 0.6)


def test_case_42_threads_of_many_processes_share_one_bucket(stage: Stage, hour: TurnedClock) -> None:
    barrier = threading.Barrier(8)

    def process(_: int) -> int:
        leases = Leases()
        barrier.wait()
        return sum(allowed(leases.admit_address(ADDRESS)) for _ in range(25))

    with ThreadPoolExecutor(8) as pool:
        assert 18 <= sum(pool.map(process, range(8))) <= 20


def test_a_table_that_fails_is_reported_and_left_alone_for_a_while(stage: Stage, hour: TurnedClock) -> None:
    leases = Leases()
    with stage.cut_off("dynamodb", "UpdateItem", after=False) as fired:
        with pytest.raises(LimiterDownError):
            leases.admit_user(USER)
        assert len(fired) == 3
        with pytest.raises(LimiterDownError):
            leases.admit_user(USER)
        assert len(fired) == 3
        with pytest.raises(LimiterDownError):
            pay(AUTH, ADDRESS)
        assert len(fired) == 6
    hour.advance(5)
    assert allowed(leases.admit_user(USER))


def test_a_process_forgets_the_callers_it_has_not_seen_for_longest(
    stage: Stage, hour: TurnedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.base.leases.KEPT", 3)
    leases = Leases()
    for number in range(10):
        assert allowed(leases.admit_address(f"203.0.113.{number}"))
    assert len(leases._leases) == 3
