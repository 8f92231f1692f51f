"""Days of the audit trail, and what their seals are made of."""

import hashlib
import json
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from shared.contract.limits import HOUR
from shared.domains.audit.model import Seal

FIRST_MONTH = "2026-01"
"""No trail is older."""

SETTLED_SECONDS = HOUR
"""So long after midnight a day gets no entry any more: none is written that late after it was made."""


def seal_of(day: str, items: Iterable[dict[str, Any]], before: str) -> Seal:
    """The seal of a day: over all that the table holds of it, in the order of its ids."""
    digest = hashlib.sha256(f"{before}\n{day}\n".encode())
    count = 0
    for item in items:
        text = json.dumps(item, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        digest.update(text.encode() + b"\n")
        count += 1
    return Seal(day, count, before, digest.hexdigest())


def span(day: str) -> tuple[float, float]:
    """The first and the last millisecond of a day, in epoch seconds."""
    first = datetime.combine(date.fromisoformat(day), datetime.min.time(), UTC)
    return first.timestamp(), (first + timedelta(days=1)).timestamp() - 0.001


def following(day: str) -> str:
    """The day after."""
    return (date.fromisoformat(day) + timedelta(days=1)).isoformat()


def last_settled(now: float) -> str:
    """The last day that can be sealed at a moment, in epoch seconds."""
    return (datetime.fromtimestamp(now - SETTLED_SECONDS, UTC).date() - timedelta(days=1)).isoformat()


def month_before(month: str) -> str:
    """The month before 2026-01 is 2025-12."""
    year, number = int(month[:4]), int(month[5:])
    return f"{year}-{number - 1:02}" if number > 1 else f"{year - 1}-12"


def month_after(month: str) -> str:
    """The inverse."""
    year, number = int(month[:4]), int(month[5:])
    return f"{year}-{number + 1:02}" if number < 12 else f"{year + 1}-01"
