"""Where the intermediate objects of one plan lie: addressed by the hash of inputs, settings and encoder build."""

from dataclasses import dataclass
from typing import Protocol

WORK = "work/"


class RunKeys(Protocol):
    """Where workers put what they make: bytes and, after them, what is in them."""

    def fragments(self, rung: str, run: int) -> str:
        """The bytes of one run of a rung, or of the sound ("audio")."""
        ...

    def index(self, rung: str, run: int) -> str:
        """What is in those bytes, as JSON; written after them, so that it says they are whole."""
        ...


@dataclass(frozen=True)
class WorkKeys:
    """The keys under work/{video_id}/{plan_hash}/."""

    video_id: str
    plan_hash: str

    def _key(self, name: str) -> str:
        return f"{WORK}{self.video_id}/{self.plan_hash}/{name}"

    @property
    def plan(self) -> str:
        """The plan, as JSON."""
        return self._key("plan.json")

    @property
    def poster(self) -> str:
        """The poster, a JPEG."""
        return self._key("poster.jpg")

    def vmaf(self, run: int) -> str:
        """What was measured of a run, as JSON."""
        return self._key(f"vmaf/run-{run:04}.json")

    def fragments(self, rung: str, run: int) -> str:
        """The bytes of one run of a rung, or of the sound ("audio")."""
        return self._key(f"{rung}/run-{run:04}.m4s")

    def index(self, rung: str, run: int) -> str:
        """What is in those bytes, as JSON; written after them, so that it says they are whole."""
        return self._key(f"{rung}/run-{run:04}.json")
