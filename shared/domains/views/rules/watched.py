"""Which parts of a video were watched, second by second.

A video has steps of one second, or of so many whole ones that there are at most MOST_STEPS. What is kept is where
people begin and where they stop, so a range costs two numbers however long it is. A sum from the start is how many
watched.
"""

import math
from collections import Counter
from collections.abc import Iterable, Sequence

from shared.domains.views.model import MOST_STEPS, Steps

MOST_RANGES = 10
"""That one report has."""

REPORTS = "reports"
_END = "s"
"""Before a step, where more people begin than stop, or fewer."""


def step_seconds(duration: float) -> int:
    """How long a step is."""
    return max(1, math.ceil(duration / MOST_STEPS))


def steps_of(ranges: Iterable[Sequence[float]], duration: float) -> Steps:
    """Ranges of seconds in steps: what lies in two of them counts once, and what the video does not have is nothing."""
    step = step_seconds(duration)
    found: list[tuple[int, int]] = []
    for begins, ends in sorted((begins, min(ends, duration)) for begins, ends in ranges):
        first, last = int(begins // step), math.ceil(ends / step)
        if begins >= ends or first == last:
            continue
        if found and first <= found[-1][1]:
            first, last = found[-1][0], max(last, found.pop()[1])
        found.append((first, last))
    return tuple(found)


def ends_of(steps: Steps) -> Counter[str]:
    """What a report adds to the numbers that are kept."""
    found = Counter({REPORTS: 1})
    for first, last in steps:
        found.update({f"{_END}{first}": 1, f"{_END}{last}": -1})
    return found


def watched(numbers: dict[str, int], duration: float) -> list[int]:
    """How many have watched each step, by the numbers that are kept; [] where nobody has told."""
    if not numbers.get(REPORTS):
        return []
    found, many = list[int](), 0
    for step in range(math.ceil(duration / step_seconds(duration))):
        many += numbers.get(f"{_END}{step}", 0)
        found.append(many)
    return found
