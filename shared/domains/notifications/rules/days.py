"""How long notifications are kept: whole days, so that what is unread can be counted by the day on which it goes."""

from shared.base import clock
from shared.contract.limits import DAY

DAYS = 90
"""A notification is kept for as long, and to the end of its last day (UTC)."""


def day_of(noticed_at: str) -> int:
    """The day (since 1970) of a moment."""
    return int(clock.seconds(noticed_at) // DAY)


def first_day() -> int:
    """The earliest day of which anything is kept."""
    return int(clock.now() // DAY) - DAYS


def oldest() -> str:
    """When it begins."""
    return clock.timestamp(first_day() * DAY)


def ends_at(day: int) -> int:
    """When what came on a day is kept no longer, in epoch seconds."""
    return (day + DAYS + 1) * DAY
