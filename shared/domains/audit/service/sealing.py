"""Days of the audit trail are sealed, and looked at again."""

import time
from dataclasses import dataclass

from shared.base import clock
from shared.base.audit import MONTH_LENGTH
from shared.base.running import seconds_left
from shared.contract.limits import HOUR
from shared.domains.audit.model import Seal, Verdict
from shared.domains.audit.rules import following, last_settled, seal_of, span
from shared.domains.audit.store.seals import KeptSeal, SealStore
from shared.domains.audit.store.trail import AuditStore

LATE_SECONDS = 48 * HOUR
SPARE_SECONDS = 60
"""A run begins no day when it has less time than that left."""


@dataclass(frozen=True)
class SealService:
    """The seals of the trail. Each covers the one before, so that none can be changed alone."""

    trail: AuditStore
    seals: SealStore

    @classmethod
    def open(cls) -> "SealService":
        """The stage's."""
        return cls(AuditStore.open(), SealStore.open())

    def seal(self) -> int:
        """Seal all days that have none, the oldest first; how many. The next run does what this one has no time for."""
        settled = last_settled(clock.now())
        last = self.seals.last(settled)
        day = following(last.day) if last else self.trail.first_day()
        before, count = last.hash if last else "", 0
        while day and day <= settled and seconds_left() > SPARE_SECONDS:
            made = seal_of(day, self.trail.of_day(day), before)
            if not self.seals.keep(made):
                break  # another run is at it, and further
            day, before, count = following(day), made.hash, count + 1
        return count

    def verify(self, after: str, seconds: float) -> Verdict:
        """Look at sealed days again, those after a day ("" for all), for so long at most, one at least."""
        begun, looked, problems = time.monotonic(), 0, list[str]()
        kept, strange = self.seals.kept()
        rest = [one for one in kept if one.day > after]
        before = next((self.seals.read(one) for one in kept if one.day == after and one.version), None)
        if not after:
            problems += [f"{key}: this is no seal" for key in strange] + self._beginning(kept)
        for one in rest:
            found, before = self._look(one, before)
            problems += found
            looked += 1
            if time.monotonic() - begun > seconds:
                break
        done = rest[:looked]
        problems += self._strays(sorted({one.day[:MONTH_LENGTH] for one in done}))
        if looked == len(rest):
            problems += self._missing(kept)
        late = [one.day for one in done if one.version and one.kept_at - span(one.day)[1] > LATE_SECONDS]
        return Verdict(looked, done[-1].day if done else after, looked < len(rest), problems, late)

    def _beginning(self, kept: list[KeptSeal]) -> list[str]:
        """What is wrong with the beginning of the chain."""
        if not kept or not kept[0].version:
            return []
        first = kept[0].day
        problems = [f"{first}: its seal follows one that is gone"] if self.seals.read(kept[0]).before else []
        if self.trail.first_day() < first:
            problems.append(f"there are entries of days before {first}, which no seal covers")
        return problems

    def _strays(self, months: list[str]) -> list[str]:
        """Entries that lie among those of a month without being of one of its days."""
        found = (month for month in months if self.trail.has_strays(month))
        return [f"{month}: it holds entries whose ids are of other days" for month in found]

    def _missing(self, kept: list[KeptSeal]) -> list[str]:
        """What is wrong with the end of the chain. A day may wait for its seal until the next run."""
        last = kept[-1].day if kept else ""
        first = self.trail.first_day()
        if not first or max(last, first) >= last_settled(clock.now() - 24 * HOUR):
            return []
        return [f"no day after {last} has a seal" if last else f"no day since {first} has a seal"]

    def _look(self, kept: KeptSeal, before: Seal | None) -> tuple[list[str], Seal | None]:
        """What is wrong with a day, and its seal."""
        if not kept.version:
            return [f"{kept.day}: its seal was removed"], None
        seal = self.seals.read(kept)
        problems = [] if kept.is_alone else [f"{kept.day}: its seal was replaced or removed"]
        if before and kept.day != following(before.day):
            problems.append(f"{kept.day}: days since {before.day} have no seal")
        if before and seal.before != before.hash:
            problems.append(f"{kept.day}: its seal does not follow that of {before.day}")
        found = seal_of(kept.day, self.trail.of_day(kept.day), seal.before)
        if found != seal:
            problems.append(f"{kept.day}: {seal.entries} entries were sealed, and the {found.entries} there now differ")
        return problems, seal
