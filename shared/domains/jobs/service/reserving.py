"""Opening a job within what its owner may have: in the write that opens it, so that no two requests share what is left.

The tier stands in the caller's token. The budget stands in the owner's account, which is in that write anyway: it is
guessed, none unless this process has learned of one, and the write holds for the guess alone. Whoever guessed wrongly
is told the account, and writes again.
"""

from collections.abc import Callable

from shared.base import clock
from shared.base.errors import UnavailableError
from shared.base.kept import Kept
from shared.domains.jobs.errors import TooManyJobsError
from shared.domains.jobs.model import Allowance, Job
from shared.domains.jobs.rules.quotas import allowance, left, no_video_left, too_dear
from shared.domains.jobs.store.jobs import Change

TRIES = 4
"""A budget changes by its owner's hand, which is slower than this."""

_budgets: Kept[int] = Kept(24 * 3600)


def open_within(job: Job, tier: str, write: Callable[[Allowance], Change]) -> Change:
    """What came of a write that opens a job under what its owner may have; the job's `reserved` is set aside.

    Raises TooManyJobsError, DailyVideosError, BudgetError.
    """
    change, budget = _with_budget(job.owner_id, lambda known: write(allowance(tier, known)))
    allowed = allowance(tier, budget)
    if change.account is not None:
        raise TooManyJobsError(allowed.open)
    if change.month is not None:
        has = left(budget or 0, change.month)
        raise no_video_left(job, change.month, allowed) or too_dear(job, job.reserved, has, budget or 0)
    return change


def reserve_within(job: Job, cost: int, write: Callable[[int | None], Change]) -> Change:
    """What came of a write that sets `cost` aside for an open job instead of what is. Raises BudgetError."""
    change, budget = _with_budget(job.owner_id, write)
    if change.month is not None:
        raise too_dear(job, cost, left(budget or 0, change.month) + job.reserved, budget or 0)
    return change


def _with_budget(owner_id: str, write: Callable[[int | None], Change]) -> tuple[Change, int | None]:
    """What came of a write for the budget that the owner has, and that budget."""
    for _ in range(TRIES):
        budget = _budgets.get(owner_id, lambda: None)
        change = write(budget)
        if change.account is None or change.account.budget == budget:
            return change, budget
        _budgets.keep(owner_id, change.account.budget, clock.now())
    raise UnavailableError("Too many changes at this moment")
