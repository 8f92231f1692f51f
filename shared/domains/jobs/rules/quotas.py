"""What owners may have: jobs at a time and videos in a day by their subscription, money by what they have set."""

from datetime import UTC, datetime, timedelta

from shared.base import clock
from shared.domains.jobs.errors import BudgetError, DailyVideosError
from shared.domains.jobs.model import Allowance, Job, Month
from shared.domains.jobs.rules.prices import NANO, dollars

MOST_OPEN = {"free": 5, "pro": 20, "enterprise": 100}
"""Jobs of one owner that have not ended, by tier."""

DAILY_VIDEOS = {"free": 100, "pro": 500, "enterprise": 2000}
"""Videos that somebody may have made in a day, by tier. Uploads are not made here, and do not count."""


def allowance(tier: str, budget: int | None) -> Allowance:
    """What somebody may have who has a subscription, and a budget in billionths of a US dollar."""
    tier = tier if tier in MOST_OPEN else "free"
    return Allowance(MOST_OPEN[tier], DAILY_VIDEOS[tier], budget)


def amount(budget: float | None) -> int | None:
    """A budget in billionths of a US dollar."""
    return None if budget is None else round(budget * NANO)


def left(budget: int, month: Month) -> int:
    """What a month still has of a budget."""
    return max(0, budget - month.used)


def no_video_left(job: Job, month: Month, allowed: Allowance) -> DailyVideosError | None:
    """The error for a job whose day has as many videos as it may; None while it has fewer."""
    if month.today < allowed.daily:
        return None
    tomorrow = datetime.fromisoformat(job.counted_on).replace(tzinfo=UTC) + timedelta(days=1)
    return DailyVideosError(allowed.daily, tomorrow.timestamp())


def too_dear(job: Job, cost: int, has: int, budget: int) -> BudgetError:
    """The error for a job that costs more than the month has left for it, of a budget."""
    return BudgetError(
        cost=dollars(cost),
        left=dollars(has),
        budget=dollars(budget),
        more_at=clock.seconds(month_of(job.counted_on)[1]),
    )


def month_of(day: str) -> tuple[str, str]:
    """The first moment of the month in which a day lies, and that of the next."""
    first = datetime.fromisoformat(day).replace(day=1, tzinfo=UTC)
    following = (first + timedelta(days=31)).replace(day=1)
    return clock.timestamp(first.timestamp()), clock.timestamp(following.timestamp())
