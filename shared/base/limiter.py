"""Rate limits, counted in the table `limits`.

Exact buckets cost one conditional write a request. The general ones are leased: one write takes up to 4 tokens, which
this process spends within 10 s, so that a busy caller costs a quarter of a write a request and a slow one hardly ever
holds what it does not use. A write whose reply is lost is sent again and counts twice: rare, and on the strict side.
"""

from dataclasses import dataclass
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
class Taken:
    """What one lease brought: tokens (0: refused), until when they are good, and what the buckets hold beyond them.

    mark  what the next lease should know of this one
    """

    tokens: int
    until: float
    standings: tuple[Standing, ...]
    first_in_hour: bool = False
    mark: int = 0


def take_as_user(user: str, tier: str, tokens: int, now: float, _: Taken) -> Taken:
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
        return Taken(tokens, now + LEASE_SECONDS, standings, item[names["#hour"]] == tokens)
    return Taken(0, max(one.resets_at for one in standings if not one.allowed), standings)


def take_as_address(address: str, tokens: int, now: float, before: Taken) -> Taken:
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
        return Taken(tokens, now + LEASE_SECONDS, (standing,), mark=full_at)
    again = max(full_at + (tokens - burst) * cost, moment + cost) / _MICRO
    return Taken(0, again, (Standing("address", burst, _window(burst, cost), 0, again, allowed=False),), mark=full_at)


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
