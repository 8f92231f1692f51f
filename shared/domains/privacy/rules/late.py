"""How long something may still arrive of somebody whose account is closed."""

from shared.base import clock
from shared.base.objects import URL_SECONDS

LONGEST_STEP_SECONDS = 16 * 60
"""Lambda ends a function after 15 minutes."""

LATE_SECONDS = URL_SECONDS + LONGEST_STEP_SECONDS
"""An address for an upload lives an hour, and what works on what has arrived a quarter of one at most. Requests with
tokens that are known to be good come for a minute."""


def is_quiet(closed_at: str) -> bool:
    """Whether nothing can arrive any more of an account that was closed then (ISO 8601)."""
    return clock.now() >= clock.seconds(closed_at) + LATE_SECONDS
