"""The simulated crowd: what it counts, and that it would show a limiter that lets in too much."""

import dataclasses

import pytest

from bench import limits
from bench.limits import Crowd, crowd, exact, quota
from shared.base import leases, limiter
from shared.base.limiter import Admission
from tests.aws import Stage, stage
from tests.clock import TurnedClock, turned_clock

__all__ = ["stage", "turned_clock"]


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """One minute is enough here."""
    monkeypatch.setattr(limits, "MINUTES", 1)


def test_exact_bucket_is_one_write_a_request(stage: Stage) -> None:
    assert exact(stage) == 1


def test_writes_are_those_that_the_table_got(stage: Stage, turned_clock: TurnedClock) -> None:
    found = crowd(stage, turned_clock, functions=1, tier="free", pace=0.9)
    assert found.sent == found.admitted == found.most == 90
    assert found.writes == [str(call) for call in stage.calls].count("dynamodb:UpdateItem")
    assert 90 / limiter.LEASE_TOKENS <= found.writes < 90
    assert found.writes_each == found.writes / 90


def test_functions_know_nothing_of_one_another_and_let_in_no_more(stage: Stage, turned_clock: TurnedClock) -> None:
    alone = crowd(stage, turned_clock, functions=1, tier="free", pace=0.9)
    many = crowd(stage, turned_clock, functions=20, tier="free", pace=0.9)
    flood = crowd(stage, turned_clock, functions=20, tier="free", pace=3)
    assert many.writes > alone.writes
    assert flood.sent == 300
    assert flood.most <= quota("free") == 100


def test_limiter_that_counts_for_itself_alone_is_shown(
    stage: Stage, turned_clock: TurnedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    admit = leases.Leases.admit_user

    def admit_as_others(own: leases.Leases, user: str, tier: str) -> Admission:
        return admit(own, f"{user}-{id(own)}", tier)

    monkeypatch.setattr(leases.Leases, "admit_user", admit_as_others)
    assert crowd(stage, turned_clock, functions=20, tier="free", pace=3).most > 1.1 * quota("free")


def test_crowd_is_the_same_each_time(stage: Stage, turned_clock: TurnedClock) -> None:
    first, second = (crowd(stage, turned_clock, functions=3, tier="free", pace=0.5) for _ in range(2))
    assert dataclasses.asdict(first) == dataclasses.asdict(second)
    assert first == Crowd(50, 50, first.writes, 50)
