"""What somebody may have and what they have used."""

from dataclasses import dataclass
from typing import Any

from shared.base import clock
from shared.domains.jobs.model import Allowance
from shared.domains.jobs.rules.quotas import allowance, amount, month_of
from shared.domains.jobs.store.jobs import JobStore
from shared.domains.jobs.store.usage import UsageStore, Used


@dataclass(frozen=True)
class Report:
    """What somebody has used of what they may have, in the month from `first` to before `following` (ISO 8601)."""

    first: str
    following: str
    used: Used
    allowed: Allowance


@dataclass(frozen=True)
class QuotaService:
    """Quotas and budgets."""

    @classmethod
    def open(cls) -> "QuotaService":
        """On the stage's tables, each opened when it is needed."""
        return cls()

    def budget(self, user_id: str, dollars: float | None) -> dict[str, Any]:
        """The part of a transaction that lets a month's work cost so many US dollars; None for no bound."""
        return JobStore.open().budget(user_id, amount(dollars))

    def report(self, user_id: str, tier: str) -> Report:
        """What somebody has used this month: one call."""
        now = clock.now()
        first, following = month_of(clock.day(now))
        used = UsageStore().read(user_id, clock.seconds(first), now)
        return Report(first, following, used, allowance(tier, used.account.budget))
