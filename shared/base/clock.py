"""What time it is: one place, so that tests can turn it."""

import time
from datetime import UTC, datetime


def now() -> float:
    """Seconds since the epoch."""
    return time.time()


def timestamp(seconds: float | None = None) -> str:
    """A moment (default: now) as an ISO 8601 string in UTC with milliseconds, for example 2026-01-31T12:00:00.000Z."""
    moment = datetime.fromtimestamp(now() if seconds is None else seconds, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def day(seconds: float | None = None) -> str:
    """The day (UTC) of a moment (default: now), for example 2026-01-31."""
    return timestamp(seconds)[: len("2026-01-31")]


def seconds(moment: str) -> float:
    """The inverse of `timestamp`."""
    return datetime.fromisoformat(moment).timestamp()
