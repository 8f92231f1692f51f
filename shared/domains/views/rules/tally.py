"""What is counted of views: each viewer once, and once how long they watched."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from shared.domains.videos.model import STEPS
from shared.domains.views.model import View
from shared.domains.views.rules.viewers import time_mark
from shared.domains.views.rules.watched import ends_of

VIEWS, REPORTS, SECONDS = "views", "watch_reports", "watch_seconds"
REACHED, QUALITY = "reached_", "quality_"


def step_of(seconds: float, duration: float) -> int | None:
    """The step of a video that somebody came to who watched for so long; None when its duration is not known."""
    return min(STEPS - 1, int(STEPS * seconds / duration)) if duration > 0 else None


@dataclass(frozen=True)
class Tally:
    """The marks that are new among views of one window, and what they add to the video's numbers.

    ends  what they add to those of its seconds (rules.watched)
    """

    marks: list[int]
    numbers: dict[str, int]
    ends: dict[str, int]


def tallied(views: Iterable[View], known: set[int]) -> Tally:
    """Add up views, of which `known` are the marks that have been counted.

    Of what one viewer sent several times, the longest watch counts.
    """
    longest: dict[int, View] = {}
    for view in views:
        before = longest.get(view.viewer)
        if before is None or _length(view) > _length(before):
            longest[view.viewer] = view
    marks: list[int] = []
    numbers, ends = Counter[str](), Counter[str]()
    for viewer, view in longest.items():
        if viewer not in known:
            marks.append(viewer)
            numbers[VIEWS] += 1
        if view.seconds is not None and time_mark(viewer) not in known:
            marks.append(time_mark(viewer))
            numbers += _watched(view)
            if view.watched:
                ends.update(ends_of(view.watched))
    return Tally(marks, dict(numbers), dict(ends))


def _length(view: View) -> int:
    return -1 if view.seconds is None else view.seconds


def _watched(view: View) -> Counter[str]:
    found = Counter({REPORTS: 1, SECONDS: view.seconds or 0})
    if view.step is not None:
        found[f"{REACHED}{view.step}"] = 1
    if view.quality:
        found[f"{QUALITY}{view.quality}"] = 1
    return found
