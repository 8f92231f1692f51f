"""What somebody has watched."""

from dataclasses import dataclass, replace
from typing import Any

MOST_STEPS = 1000
"""So many parts a video has at most of which it is known how many watched them."""

Steps = tuple[tuple[int, int], ...]
"""Ranges of such parts, in order and apart: the first one, and the one after the last."""


@dataclass(frozen=True)
class View:
    """That somebody watches a video.

    window   the half hour in which they began, counted from the epoch
    viewer   a mark of theirs that is good for this video and window alone, see rules.viewers
    seconds  how long they have watched, None when their player did not say
    step     how far they came, 0 to 19; None without `seconds` or without a known duration
    quality  a rung such as "720p", "" when their player did not say
    watched  what they have seen, in steps (rules.watched); () when their player did not say
    """

    video_id: str
    window: int
    viewer: int
    seconds: int | None = None
    step: int | None = None
    quality: str = ""
    watched: Steps = ()

    def message(self) -> dict[str, Any]:
        """As it lies in the queue."""
        return {name: value for name, value in vars(self).items() if value not in (None, "", ())}

    @classmethod
    def of(cls, message: Any) -> "View":
        """The inverse. TypeError or ValueError for what is none."""
        view = cls(**message)
        view = replace(view, watched=tuple((first, last) for first, last in view.watched))
        numbers = (view.window, view.viewer, view.seconds or 0, view.step or 0)
        if not all(isinstance(number, int) and number >= 0 for number in numbers):
            raise ValueError("a view has numbers that are none")
        if not all(
            type(first) is type(last) is int and 0 <= first < last <= MOST_STEPS for first, last in view.watched
        ):
            raise ValueError("a view has ranges that are none")
        if not all(isinstance(text, str) for text in (view.video_id, view.quality)):
            raise ValueError("a view has texts that are none")
        return view
