"""Who renders what: contiguous runs of the units that are not there yet, and the sound beside them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Any

from shared.media.scene.capacity import process_bytes
from shared.media.scene.estimate import sound_cpu_seconds, unit_cpu_seconds
from shared.media.scene.planning import RenderPlan
from shared.media.workers import JOB_CPU_SECONDS, MOST_INVOCATIONS, Lane, workers

TOGETHER = 4
"""Units that a worker renders at the same time, each with an encoder of one thread."""


@dataclass(frozen=True)
class Share:
    """What one worker makes: units by their numbers, and perhaps the sound."""

    units: tuple[int, ...]
    has_sound: bool
    cpu_seconds: float

    @property
    def seconds(self) -> float:
        """How long it takes on a machine with processors for all that it does at the same time."""
        return self.cpu_seconds / max(1, min(TOGETHER, len(self.units)))

    def to_json(self) -> dict[str, Any]:
        """Plain values only."""
        return {"units": list(self.units), "has_sound": self.has_sound, "cpu_seconds": round(self.cpu_seconds, 3)}

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "Share":
        """The inverse of `to_json`."""
        return cls(tuple(value["units"]), value["has_sound"], value["cpu_seconds"])


def missing_cpu_seconds(plan: RenderPlan, units: Collection[int], *, has_sound: bool) -> float:
    """What these units cost, and the sound."""
    sound = sound_cpu_seconds(plan.composition) if has_sound else 0.0
    return sound + sum(unit_cpu_seconds(plan.composition, plan.units[number]) for number in units)


def share_out(
    plan: RenderPlan,
    units: Sequence[int],
    *,
    has_sound: bool,
    lane: Lane,
    job_cpu_seconds: float = JOB_CPU_SECONDS,
) -> list[Share]:
    """One worker at least. A worker of its own makes the sound, but where one Batch job is enough for all.

    units      numbers of those that are to be made, in order
    has_sound  whether the sound is to be made too
    """
    costs = [unit_cpu_seconds(plan.composition, plan.units[number]) for number in units]
    count = workers(lane, len(units), sum(costs), job_cpu_seconds)
    if lane == "lambda":
        count = min(count, MOST_INVOCATIONS)  # of many units most are short
    shares = [
        Share(tuple(units[place] for place in run), False, sum(costs[place] for place in run))
        for run in even_runs(costs, count)
    ]
    if not has_sound:
        return shares or [Share((), False, 0.0)]
    sound = sound_cpu_seconds(plan.composition)
    if lane == "batch" and len(shares) == 1:
        return [Share(shares[0].units, True, shares[0].cpu_seconds + sound)]
    return [*shares, Share((), True, sound)]


def even_runs(costs: Sequence[float], count: int) -> list[range]:
    """Contiguous runs of so many places, at most `count` and none empty, that cost about the same."""
    whole = sum(costs)
    # a place belongs to the run in which its middle lies
    middles = (before + cost / 2 for before, cost in zip(accumulate(costs, initial=0.0), costs, strict=False))
    runs = [int(middle * count / whole) for middle in middles]
    bounds = [0, *(place for place in range(1, len(runs)) if runs[place] != runs[place - 1]), len(runs)]
    return [range(first, end) for first, end in pairwise(bounds) if first < end]


def together(plan: RenderPlan, units: Collection[int], processors: int, memory: int) -> int:
    """How many of these units fit into so many bytes of memory at the same time; one at least."""
    heaviest = max((process_bytes(plan.composition, plan.units[number]) for number in units), default=1)
    return max(1, min(TOGETHER, processors, len(units), memory // heaviest))
