"""Days of the audit trail are sealed, and looked at again."""

import time
from dataclasses import dataclass

from shared.base import clock
from shared.base.running import seconds_left
from shared.contract.limits import HOUR
from shared.domains.audit.model import Seal, Verdict
from shared.domains.audit.rules import following, last_settled, seal_of
from shared.domains.audit.store.seals import KeptSeal, SealStore
from shared.domains.audit.store.trail import AuditStore

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
        last = self.seals.last()
        day = following(last.day) if last else self.trail.first_day()
        before, count = last.hash if last else "", 0
        while day and day <= last_settled(clock.now()) and seconds_left() > SPARE_SECONDS:
            made = seal_of(day, self.trail.of_day(day), before)
            if not self.seals.keep(made):
                break  # another run is at it, and further
            day, before, count = following(day), made.hash, count + 1
        return count

    def verify(self, after: str, seconds: float) -> Verdict:
        """Look at sealed days again, those after a day ("" for all), for so long at most, one at least."""
        begun, kept, looked = time.monotonic(), self.seals.kept(), 0
        problems: list[str] = []
        rest = [one for one in kept if one.day > after]
        before = next((self.seals.read(one) for one in kept if one.day == after and one.version), None)
        for one in rest:
            found, before = self._look(one, before)
            problems += found
            looked += 1
            if time.monotonic() - begun > seconds:
                break
        if looked == len(rest):
            problems += self._missing(kept)
        return Verdict(looked, rest[looked - 1].day if looked else after, looked < len(rest), problems)

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
