"""Exact limits that are paid in the same transaction as what they limit."""

from typing import Any

from shared.base import clock
from shared.base.errors import RateLimitedError
from shared.base.limiter import scaled, window_key
from shared.base.settings import setting
from shared.contract.limits import MINUTE, Limit


def payment(limit: Limit, subject: str, tier: str = "free") -> dict[str, Any]:
    """The write that takes one request out of a bucket of `subject`; it is refused when the bucket is empty."""
    ends = _ends(limit)
    values = {":one": 1, ":ends": ends + MINUTE, ":quota": scaled(limit.amount, tier)}
    return {
        "Update": {
            "TableName": setting("LIMITS_TABLE"),
            "Key": {"bucket": {"S": window_key(limit, subject)}},
            "UpdateExpression": "ADD taken :one SET expires_at = :ends",
            "ConditionExpression": "attribute_not_exists(taken) OR taken < :quota",
            "ExpressionAttributeValues": {name: {"N": str(value)} for name, value in values.items()},
        }
    }


def overdrawn(limit: Limit) -> RateLimitedError:
    """The error for a payment that was refused."""
    seconds = max(1, int(_ends(limit) - clock.now()) + 1)
    return RateLimitedError(f"Too many requests: try again in {seconds} s", seconds)


def _ends(limit: Limit) -> int:
    return (int(clock.now() // limit.seconds) + 1) * limit.seconds
