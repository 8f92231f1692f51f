"""Writes of the limiter, counted exactly, for one caller before one function and before twenty that share nothing.

The crowd is simulated on a turned clock. The writes are real ones, to moto, which keeps their conditions.
"""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from bench.figures import Figure
from shared.base import clock
from shared.base.ids import new_id
from shared.base.leases import Leases
from shared.base.limiter import PER_MINUTE, TIERS, pay
from shared.contract.limits import HOUR, MINUTE, Limit, per_user
from tests.aws import Stage
from tests.clock import TurnedClock

FUNCTIONS = 20
EXACT, LEASED, OVER_PERCENT = 1.0, 0.25, 10.0
LIMIT: Limit = per_user("bench", 10_000, HOUR)
MINUTES = 5
FLOOD = 3
"""How many times its limit a flood asks for."""
BUSY_TIER = "enterprise"
SEED = 1


@dataclass(frozen=True)
class Crowd:
    """What came of a user's requests: how many were sent, let in, and written for; the most let in in a minute."""

    sent: int
    admitted: int
    writes: int
    most: int

    @property
    def writes_each(self) -> float:
        """Writes for each request."""
        return self.writes / self.sent


def figures(stage: Stage) -> list[Figure]:
    """Writes for a request, and what is let in beyond a limit."""
    with _plain_limits() as turned:
        writes = exact(stage)
        alone = crowd(stage, turned, functions=1, tier=BUSY_TIER, pace=0.9)
        busy = crowd(stage, turned, functions=FUNCTIONS, tier=BUSY_TIER, pace=0.9)
        slow = crowd(stage, turned, functions=FUNCTIONS, tier="free", pace=0.9)
        floods = {tier: crowd(stage, turned, functions=FUNCTIONS, tier=tier, pace=FLOOD) for tier in ("free", "pro")}
    over = max(100 * (flood.most / quota(tier) - 1) for tier, flood in floods.items())
    unused = 100 * (1 - min(flood.admitted / (MINUTES * quota(tier)) for tier, flood in floods.items()))
    each = "writes of the limiter for a request"
    return [
        Figure(f"{each}, exact bucket", writes, "writes", EXACT),
        Figure(f"{each}, leased, busy user before one function", round(alone.writes_each, 2), "writes", LEASED),
        Figure(f"{each}, leased, busy user over {FUNCTIONS} functions", round(busy.writes_each, 2), "writes", LEASED),
        Figure(f"{each}, leased, slow user over {FUNCTIONS} functions", round(slow.writes_each, 2), "writes", EXACT),
        Figure(f"let in beyond the limit, flood over {FUNCTIONS} functions", round(over, 1), "%", OVER_PERCENT),
        Figure(f"of the limit left unused, flood over {FUNCTIONS} functions", round(unused, 1), "%"),
    ]


def quota(tier: str) -> int:
    """Requests a minute."""
    return PER_MINUTE * TIERS[tier]


def exact(stage: Stage) -> float:
    """Writes for a request of an endpoint's own bucket."""
    requests, subject = 50, f"user:{new_id()}"
    return len(_writes(stage.calls_of(lambda: [pay(LIMIT, subject) for _ in range(requests)]))) / requests


def crowd(stage: Stage, turned: TurnedClock, *, functions: int, tier: str, pace: float) -> Crowd:
    """A user who sends `pace` times what their tier may for some minutes, before as many functions by chance."""
    chance, leases, user = random.Random(SEED), [Leases() for _ in range(functions)], new_id()
    turned.seconds += HOUR - turned.seconds % HOUR
    count, began = int(pace * quota(tier)), turned.seconds
    admitted = [0] * MINUTES
    before = len(stage.calls)
    for moment in sorted(chance.uniform(0, MINUTES * MINUTE) for _ in range(count * MINUTES)):
        turned.seconds = began + moment
        found = chance.choice(leases).admit_user(user, tier)
        admitted[int(moment // MINUTE)] += all(one.allowed for one in found.standings)
    writes = len(_writes([str(call) for call in stage.calls[before:]]))
    return Crowd(count * MINUTES, sum(admitted), writes, max(admitted))


def _writes(calls: list[str]) -> list[str]:
    return [call for call in calls if call == "dynamodb:UpdateItem"]


@contextmanager
def _plain_limits() -> Iterator[TurnedClock]:
    """The limits as they are by default, on a clock of our own."""
    turned = TurnedClock()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RATE_SCALE", "1")
        patch.setattr(clock, "now", turned)
        yield turned
