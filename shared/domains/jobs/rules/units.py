"""Where the units of renders lie: addressed by all that decides their bytes, shared by the jobs of one owner alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shared.domains.videos.rules.work import WORK

UNITS = f"{WORK}units/"
SOUND = "audio"

KEPT_SECONDS = 20 * 3600
"""A unit that is older is made again: the bucket forgets it after two days, and an execution lasts 26 hours at most."""


@dataclass(frozen=True)
class UnitKeys:
    """The keys of one plan's units, by their numbers, and of its sound; as WorkKeys for the runs of a transcode."""

    owner_id: str
    units: Sequence[str]
    sound: str

    @property
    def indexes(self) -> str:
        """The prefix of all indexes of the owner."""
        return f"{UNITS}{self.owner_id}/indexes/"

    def fragments(self, rung: str, run: int) -> str:
        """The bytes of a unit, or of the sound ("audio")."""
        return f"{UNITS}{self.owner_id}/fragments/{self._name(rung, run)}.m4s"

    def index(self, rung: str, run: int) -> str:
        """What is in those bytes, as JSON; written after them, so that it says they are whole."""
        return f"{self.indexes}{self._name(rung, run)}.json"

    def missing(self, written: Mapping[str, float], now: float) -> tuple[list[int], bool]:
        """Which units are not there, and whether the sound is not; `written` tells when each index was, by its key."""
        units = [number for number in range(len(self.units)) if not self._is_kept(written, "", number, now)]
        return units, bool(self.sound) and not self._is_kept(written, SOUND, 0, now)

    def _is_kept(self, written: Mapping[str, float], rung: str, run: int, now: float) -> bool:
        at = written.get(self.index(rung, run))
        return is_kept(None if at is None else now - at)

    def _name(self, rung: str, run: int) -> str:
        return self.sound if rung == SOUND else self.units[run]


def is_kept(age: float | None) -> bool:
    """Whether something that was written so many seconds ago outlives whoever counts on it now."""
    return age is not None and age < KEPT_SECONDS
