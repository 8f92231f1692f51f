"""How much a user asks: the rows of the general limits, which count it anyway, and stay for the month that it is of.

A row holds the hours and the minutes of a third of a day. So a month is 93 rows at most, which can be read in one call,
and no row grows beyond a few kilobytes, whoever asks every minute.
"""

from typing import Any

from shared.contract.limits import HOUR, MINUTE

SPAN = 8 * HOUR
KEPT = 32 * 24 * HOUR
"""Seconds that a row stays after its span."""

_HOUR = "h"


def bucket(user: str, now: float) -> str:
    """The key of the row that counts a user's requests at a moment."""
    return f"user#{user}#{int(now // SPAN)}"


def names(now: float) -> dict[str, str]:
    """What the row calls the minute and the hour of a moment."""
    into = now % SPAN
    return {"#minute": f"m{int(into // MINUTE)}", "#hour": f"{_HOUR}{int(into // HOUR)}"}


def kept_until(now: float) -> int:
    """When the row of a moment may go, in epoch seconds."""
    return (int(now // SPAN) + 1) * SPAN + KEPT


def buckets(user: str, first: float, last: float) -> list[str]:
    """The keys of the rows of a user between two moments. Spans end with days, and so with months."""
    return [f"user#{user}#{number}" for number in range(int(first // SPAN), int(last // SPAN) + 1)]


def requests(item: dict[str, Any]) -> int:
    """Requests that a row has counted, in DynamoDB's JSON."""
    return sum(int(value["N"]) for name, value in item.items() if name.startswith(_HOUR))
