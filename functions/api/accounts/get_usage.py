"""GET /api/v1/users/me/usage: what the caller has used this month, of what they may have."""

from typing import Annotated

from pydantic import Field

from shared.contract.declare import get
from shared.contract.permissions import user
from shared.contract.resources import JOBS, LIMITS, OPERATIONS
from shared.domains.accounts.rules.profiles import CHANNELS
from shared.domains.jobs.rules.prices import dollars
from shared.domains.jobs.rules.quotas import left
from shared.domains.jobs.service.quotas import QuotaService
from shared.http.caller import Caller
from shared.http.framework import BaseModel
from shared.http.serve import serve


class Period(BaseModel):
    """A month of the calendar in UTC: its first moment, and that of the next month."""

    begins: Annotated[str, Field(serialization_alias="from")]
    ends: Annotated[str, Field(serialization_alias="to")]


class Quotas(BaseModel):
    """What the caller may have, by subscription or by their own bound, and what they have of it.

    daily_video_limit  videos that may be made in a day (UTC); `videos_today` of them were ordered
    monthly_budget     US dollars; null without a bound
    budget_left        what is neither spent nor set aside for jobs that have not ended
    """

    daily_video_limit: int
    videos_today: int
    open_jobs_limit: int
    open_jobs: int
    monthly_budget: float | None
    budget_left: float | None
    channels_limit: int


class Usage(BaseModel):
    """What was used in the period; `storage_bytes` is what the caller's videos take now.

    videos_generated  jobs of the period that were completed
    render_minutes    that their videos last
    api_requests      requests as the general limits count them: rounded up by up to 3 for each function at a time
    cost              US dollars by the ledgers of the period's jobs
    """

    period: Period
    videos_generated: int
    render_minutes: float
    storage_bytes: int
    api_requests: int
    cost: float
    limits: Quotas


@get("/api/v1/users/me/usage", caller=user(), needs=(JOBS.batch_get, OPERATIONS.batch_get, LIMITS.batch_get))
async def get_usage(caller: Caller, quotas: QuotaService) -> Usage:
    """What the caller has used this month. A job counts in the month in which it was ordered, or last tried again."""
    report = quotas.report(caller.require_user(), caller.tier)
    account, month, allowed = report.used.account, report.used.month, report.allowed
    bound = allowed.budget
    return Usage(
        period=Period(begins=report.first, ends=report.following),
        videos_generated=month.videos,
        render_minutes=round(month.milliseconds / 60_000, 3),
        storage_bytes=report.used.collection.stored_bytes,
        api_requests=report.used.requests,
        cost=dollars(month.spent),
        limits=Quotas(
            daily_video_limit=allowed.daily,
            videos_today=month.today,
            open_jobs_limit=allowed.open,
            open_jobs=account.open,
            monthly_budget=None if bound is None else dollars(bound),
            budget_left=None if bound is None else dollars(left(bound, month)),
            channels_limit=CHANNELS[caller.tier],
        ),
    )


handler = serve(get_usage)
