"""GET /api/v1/users/me: the caller's account in Studio."""

from shared.contract.declare import get
from shared.contract.permissions import user
from shared.contract.resources import JOBS, USERS
from shared.domains.accounts.rules.profiles import CHANNELS
from shared.domains.accounts.service.profiles import ProfileService
from shared.domains.jobs.rules.quotas import DAILY_VIDEOS
from shared.domains.jobs.service.desk import JobService
from shared.http.caller import Caller
from shared.http.framework import BaseModel
from shared.http.serve import serve


class Account(BaseModel):
    """An account: what its subscription allows, and what its work has cost.

    total_spent     US dollars
    monthly_budget  US dollars that work may cost in a month; null for no bound of their own
    """

    id: str
    email: str
    username: str
    full_name: str
    subscription_tier: str
    channels_limit: int
    daily_video_limit: int
    total_spent: float
    monthly_budget: float | None
    is_beta_user: bool
    created_at: str
    updated_at: str


@get("/api/v1/users/me", caller=user(), needs=(USERS.get, JOBS.get))
async def get_own_account(caller: Caller, profiles: ProfileService, jobs: JobService) -> Account:
    """The caller's account, what it may do and what it has spent."""
    found = profiles.get(caller.require_user()).user
    return Account(
        id=found.id,
        email=found.email,
        username=found.username,
        full_name=found.display_name,
        subscription_tier=found.tier,
        channels_limit=CHANNELS[found.tier],
        daily_video_limit=DAILY_VIDEOS[found.tier],
        total_spent=jobs.spent(found.id),
        monthly_budget=found.monthly_budget,
        is_beta_user=found.is_beta_user,
        created_at=found.created_at,
        updated_at=found.updated_at or found.created_at,
    )


handler = serve(get_own_account)
