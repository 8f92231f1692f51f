"""Leases on the general limits, as one process has them: tokens that were counted when they were taken.

A lease is as large as the caller's pace makes all but sure to be used, so that a busy caller costs a quarter of a write
a request and a slow one hardly ever holds what it does not use.
"""

import functools
import math
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace

from shared.base import clock
from shared.base.limiter import (
    LEASE_SECONDS,
    LEASE_TOKENS,
    Admission,
    LimiterDownError,
    Standing,
    Taken,
    take_as_address,
    take_as_user,
)

PAUSE = 5
"""So many times what is usual between a caller's requests one function of many does not wait by chance."""

OUTAGE_SECONDS = 5
"""So long the general buckets are not asked after their table failed; they admit meanwhile."""

KEPT = 1000


@dataclass
class _Lease:
    """What this process knows of one caller: its tokens, and how quickly it comes back."""

    taken: Taken
    tokens: int = 0
    last: float = -math.inf
    interval: float = math.inf

    def notice(self, now: float) -> None:
        """Smooth the time between requests; a pause that is no chance any more counts at once."""
        gap = now - self.last
        smooth = gap if math.isinf(self.interval) else 0.8 * self.interval + 0.2 * gap
        self.last, self.interval = now, gap if gap > PAUSE * smooth else smooth

    def wanted(self) -> int:
        """How many tokens this caller is all but sure to use while they are good, itself included."""
        expected = LEASE_SECONDS / 2 / max(self.interval, 0.001)
        return max(1, min(LEASE_TOKENS, int(expected)))

    def admission(self, *, fresh: bool) -> Admission:
        """The answer to a request, after its token was taken."""
        standings = tuple(
            Standing(one.name, one.quota, one.window, one.remaining + self.tokens, one.resets_at, one.allowed)
            for one in self.taken.standings
        )
        return Admission(standings, fresh and self.taken.first_in_hour)


_Take = Callable[[int, float, Taken], Taken]
"""Takes tokens out of a bucket: how many, epoch seconds, what the lease before brought."""


class Leases:
    """The general buckets, as one process sees them; a process serves one request at a time."""

    def __init__(self) -> None:
        """Nothing is known yet."""
        self._leases: OrderedDict[str, _Lease] = OrderedDict()
        self._down_until = 0.0

    def admit_user(self, user: str, tier: str = "free") -> Admission:
        """Count a request of a user: 1000 an hour and 100 a minute. LimiterDownError when the table fails."""
        now = clock.now()
        found = self._admit(f"user#{user}", now, functools.partial(take_as_user, user, tier))
        return Admission(tuple(_as_of(now, one) for one in found.standings), found.first_in_hour)

    def admit_address(self, address: str) -> Admission:
        """Count a request of an anonymous caller: 10 a second, 20 at once. LimiterDownError when the table fails."""
        return self._admit(f"address#{address}", clock.now(), functools.partial(take_as_address, address))

    def forget(self) -> None:
        """Give up all tokens."""
        self._leases.clear()
        self._down_until = 0.0

    def _admit(self, key: str, now: float, take: _Take) -> Admission:
        lease = self._lease(key)
        lease.notice(now)
        fresh = now >= lease.taken.until
        if fresh:
            lease.tokens = 0
        refused = not fresh and lease.taken.tokens == 0
        if lease.tokens == 0 and not refused:
            fresh = True
            lease.taken = self._ask(take, lease.wanted(), now, lease.taken)
            lease.tokens = lease.taken.tokens
        lease.tokens = max(0, lease.tokens - 1)
        return lease.admission(fresh=fresh)

    def _ask(self, take: _Take, tokens: int, now: float, before: Taken) -> Taken:
        if now < self._down_until:
            raise LimiterDownError
        try:
            return take(tokens, now, before)
        except LimiterDownError:
            self._down_until = now + OUTAGE_SECONDS
            raise

    def _lease(self, key: str) -> _Lease:
        lease = self._leases.setdefault(key, _Lease(Taken(0, -math.inf, ())))
        self._leases.move_to_end(key)
        if len(self._leases) > KEPT:
            self._leases.popitem(last=False)
        return lease


def _as_of(now: float, standing: Standing) -> Standing:
    """What is known of a window; of one that has begun since, that nobody is known to have asked but the caller."""
    if now < standing.resets_at:
        return standing
    ends = (int(now // standing.window) + 1) * standing.window
    return replace(standing, remaining=standing.quota - 1, resets_at=ends)
