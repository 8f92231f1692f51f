"""Rate limits, counted in the table `limits`.

Exact buckets cost one conditional write a request. The general ones are leased: one write takes up to 4 tokens, which
this process spends within 10 s, so that a busy caller costs a quarter of a write a request and a slow one hardly ever
holds what it does not use. A write whose reply is lost is sent again and counts twice: rare, and on the strict side.
"""

import functools
import math
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from shared.base import clock, logs, request_counts
from shared.base.aws import client
from shared.base.settings import setting
from shared.base.tables import READ_SECONDS
from shared.contract.limits import HOUR, MINUTE, Limit

PER_MINUTE = 100
PER_HOUR = 1000
ADDRESS_PER_SECOND = 10
ADDRESS_BURST = 20

TIERS = {"free": 1, "pro": 5, "enterprise": 20}
"""How many times the limits of a user count, by subscription tier."""

LEASE_TOKENS = 4
LEASE_SECONDS = 10
PAUSE = 5
"""So many times what is usual between a caller's requests one function of many does not wait by chance."""

OUTAGE_SECONDS = 5
"""So long the general buckets are not asked after their table failed; they admit meanwhile."""

KEPT = 1000
_MICRO = 1_000_000


@dataclass(frozen=True)
class Standing:
    """Where a caller stands with a bucket after a request.

    quota      requests in a window of `window` seconds
    remaining  requests left
    resets_at  epoch seconds when there will be more; of a refused request, when it may succeed
    """

    name: str
    quota: int
    window: int
    remaining: int
    resets_at: float
    allowed: bool = True


@dataclass(frozen=True)
class Admission:
    """What the general buckets say; `first_in_hour` when the user was not seen before in this hour of the clock."""

    standings: tuple[Standing, ...]
    first_in_hour: bool = False


class LimiterDownError(Exception):
    """The table did not answer: nobody knows what the caller has left."""


def scaled(amount: float, tier: str = "free") -> int:
    """An amount under the stage's RATE_SCALE and the caller's tier; at least 1."""
    return max(1, int(amount * float(setting("RATE_SCALE", "1")) * TIERS.get(tier, 1)))


def window_key(limit: Limit, subject: str) -> str:
    """The key under which an exact bucket of `subject` is counted now."""
    return f"{limit.bucket}#{subject}#{int(clock.now() // limit.seconds)}"


def pay(limit: Limit, subject: str, tier: str = "free") -> Standing:
    """Take one request out of an exact bucket of `subject`. LimiterDownError when the table fails."""
    now = clock.now()
    quota, ends = scaled(limit.amount, tier), (int(now // limit.seconds) + 1) * limit.seconds
    granted, item = _update(
        window_key(limit, subject),
        "ADD #taken :one SET #expires = :ends",
        "attribute_not_exists(#taken) OR #taken < :quota",
        {"#taken": "taken", "#expires": "expires_at"},
        {":one": 1, ":ends": ends + MINUTE, ":quota": quota},
    )
    remaining = quota - item["taken"] if granted else 0
    return Standing(limit.bucket, quota, limit.seconds, remaining, ends, granted)


@dataclass(frozen=True)
class _Taken:
    """What one lease brought: tokens (0: refused), until when they are good, and what the buckets hold beyond them.

    mark  what the next lease should know of this one
    """

    tokens: int
    until: float
    standings: tuple[Standing, ...]
    first_in_hour: bool = False
    mark: int = 0


@dataclass
class _Lease:
    """What this process knows of one caller: its tokens, and how quickly it comes back."""

    taken: _Taken
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


_Take = Callable[[int, float, _Taken], _Taken]
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
        found = self._admit(f"user#{user}", now, functools.partial(_take_as_user, user, tier))
        return Admission(tuple(_as_of(now, one) for one in found.standings), found.first_in_hour)

    def admit_address(self, address: str) -> Admission:
        """Count a request of an anonymous caller: 10 a second, 20 at once. LimiterDownError when the table fails."""
        return self._admit(f"address#{address}", clock.now(), functools.partial(_take_as_address, address))

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

    def _ask(self, take: _Take, tokens: int, now: float, before: _Taken) -> _Taken:
        if now < self._down_until:
            raise LimiterDownError
        try:
            return take(tokens, now, before)
        except LimiterDownError:
            self._down_until = now + OUTAGE_SECONDS
            raise

    def _lease(self, key: str) -> _Lease:
        lease = self._leases.setdefault(key, _Lease(_Taken(0, -math.inf, ())))
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


def _take_as_user(user: str, tier: str, tokens: int, now: float, _: _Taken) -> _Taken:
    """One item holds hours of a user and their minutes, so one write counts in both.

    Tokens count in the minute in which they are taken, and are good for some seconds after it: what they let in then
    was not let in before.
    """
    hour, minute = int(now // HOUR), int(now // MINUTE)
    windows = (("user-minute", scaled(PER_MINUTE, tier), MINUTE), ("user-hour", scaled(PER_HOUR, tier), HOUR))
    quotas = [quota for _, quota, _ in windows]
    names = {**request_counts.names(now), "#expires": "expires_at"}
    ends, kept = ((minute + 1) * MINUTE, (hour + 1) * HOUR), request_counts.kept_until(now)
    tokens = min(tokens, *quotas)
    while True:
        granted, item = _update(
            request_counts.bucket(user, now),
            "ADD #minute :n, #hour :n SET #expires = :ends",
            "(attribute_not_exists(#minute) OR #minute <= :minute) AND (attribute_not_exists(#hour) OR #hour <= :hour)",
            names,
            {":n": tokens, ":minute": quotas[0] - tokens, ":hour": quotas[1] - tokens, ":ends": kept},
        )
        left = [quota - item.get(names[name], 0) for quota, name in zip(quotas, ("#minute", "#hour"), strict=True)]
        if granted or min(left) < 1:
            break
        tokens = max(1, min(tokens - 1, *left))
    standings = tuple(
        Standing(name, quota, window, max(0, rest), end, granted or rest > 0)
        for (name, quota, window), rest, end in zip(windows, left, ends, strict=True)
    )
    if granted:
        return _Taken(tokens, now + LEASE_SECONDS, standings, item[names["#hour"]] == tokens)
    return _Taken(0, max(one.resets_at for one in standings if not one.allowed), standings)


def _take_as_address(address: str, tokens: int, now: float, before: _Taken) -> _Taken:
    """The generic cell rate algorithm: one number, the moment (in microseconds) when the bucket will be full again.

    That moment never comes nearer, so what this process knows of it is enough to refuse. Who is refused waits until a
    whole lease is there, since an empty bucket would otherwise cost a write for every token that trickles in.
    """
    cost = max(1, _MICRO // scaled(ADDRESS_PER_SECOND))
    burst = scaled(ADDRESS_BURST)
    moment, full_at, granted = int(now * _MICRO), before.mark, False
    least = 1 if before.tokens else tokens
    for _ in range(4 * LEASE_TOKENS):
        left = _left(full_at, moment, burst, cost)
        if granted or left < least:
            break
        tokens = min(tokens, left)
        granted, item = _spend(address, moment, tokens * cost, burst * cost, busy=full_at > moment)
        full_at = item.get("full_at", 0)
    if granted:
        standing = Standing("address", burst, _window(burst, cost), left, max(full_at, moment) / _MICRO)
        return _Taken(tokens, now + LEASE_SECONDS, (standing,), mark=full_at)
    again = max(full_at + (tokens - burst) * cost, moment + cost) / _MICRO
    return _Taken(0, again, (Standing("address", burst, _window(burst, cost), 0, again, allowed=False),), mark=full_at)


def _left(full_at: int, moment: int, burst: int, cost: int) -> int:
    return min(burst, (moment + burst * cost - max(full_at, moment)) // cost)


def _window(burst: int, cost: int) -> int:
    """Whole seconds in which an empty bucket fills."""
    return max(1, round(burst * cost / _MICRO))


def _spend(address: str, moment: int, cost: int, burst: int, *, busy: bool) -> tuple[bool, dict[str, int]]:
    """Move the moment on by `cost`: from where it stands when the caller is `busy`, else from now."""
    names = {"#full_at": "full_at", "#expires": "expires_at"}
    values = {":now": moment, ":ends": moment // _MICRO + MINUTE}
    if busy:
        change, condition = "#full_at = #full_at + :cost", "#full_at > :now AND #full_at <= :ceiling"
        values |= {":cost": cost, ":ceiling": moment + burst - cost}
    else:
        change, condition = "#full_at = :fresh", "attribute_not_exists(#full_at) OR #full_at <= :now"
        values |= {":fresh": moment + cost}
    return _update(f"address#{address}", f"SET {change}, #expires = :ends", condition, names, values)


def _update(
    key: str, change: str, condition: str, names: dict[str, str], values: dict[str, int]
) -> tuple[bool, dict[str, int]]:
    """One conditional write: whether it was done, and the numbers that it left, or that stood in its way."""
    from botocore.exceptions import BotoCoreError, ClientError

    table = client("dynamodb", READ_SECONDS)
    try:
        answer = table.update_item(
            TableName=setting("LIMITS_TABLE"),
            Key={"bucket": {"S": key}},
            UpdateExpression=change,
            ConditionExpression=condition,
            ExpressionAttributeNames=names,
            ExpressionAttributeValues={name: {"N": str(value)} for name, value in values.items()},
            ReturnValues="UPDATED_NEW",
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
    except table.exceptions.ConditionalCheckFailedException as refused:
        return False, _numbers(refused.response.get("Item", {}))
    except (BotoCoreError, ClientError) as error:
        logs.log_exception("the table of limits does not answer", error)
        raise LimiterDownError from error
    return True, _numbers(answer["Attributes"])


def _numbers(item: dict[str, Any]) -> dict[str, int]:
    return {name: int(value["N"]) for name, value in item.items() if "N" in value}
