"""How popular a video is.

Points add up what people do with it. Trending adds what a video's age is worth: each DAY that it is younger weighs as
much as twice the points. That is a sum of two parts of which only points ever change, so time alone moves nobody.
"""

import math

from shared.base import clock
from shared.contract.limits import DAY
from shared.domains.ranking.model import Entry, Order
from shared.domains.videos.model import Numbers, Video
from shared.domains.videos.rules.counted import unpacked

WEIGHTS = {"views": 1, "likes": 5, "dislikes": -5, "comments": 10, "watched_minutes": 1}
"""Points of each of what people do."""

HEAT_STEPS = 2
"""So many steps of heat are twice the points, where there are many."""

FEW = 32
"""Up to so many points steps of heat are wider, so that two of them are more than one person can do and take back."""

FELT = 2
"""Search keeps the heat that it knows of a video until that is so many steps away."""


def done(numbers: Numbers) -> dict[str, float]:
    """What people have done with a video, by the names of WEIGHTS."""
    minutes = numbers.watch_seconds / 60
    done = (numbers.views, numbers.likes, numbers.dislikes, numbers.comments, minutes)
    return dict(zip(WEIGHTS, done, strict=True))


def points(counted: bytes) -> float:
    """What that is worth, never less than 0. `counted` is the video's copy of its numbers."""
    numbers = unpacked(counted, otherwise="").numbers
    return max(0.0, sum(WEIGHTS[what] * often for what, often in done(numbers).items()))


def heat(counted: bytes) -> int:
    """Points in steps, each some 40 % more than the one below, and wider up to FEW points; 0 is next to none."""
    return round(HEAT_STEPS * math.log2(1 + points(counted) / FEW))


def is_felt(known: int, now: int) -> bool:
    """Whether heat is so far from what search knows that this is written anew.

    What was felt is felt again only after as much more, or when nearly all of it is taken back: no back and forth
    around a threshold is written each time.
    """
    return abs(now - known) >= FELT


def doublings(steps: int) -> float:
    """How often points have doubled, from 1, as far as heat tells."""
    return math.log2(1 + FEW * (2 ** (steps / HEAT_STEPS) - 1))


def trend(doublings: float, published_at: str) -> float:
    """How high a video stands among trending ones.

    doublings     how often its points have doubled, from 1: log2(1 + points)
    published_at  ISO 8601
    """
    return doublings + clock.seconds(published_at) / DAY


def entry(order: Order, video: Video) -> Entry:
    """A video's place in a ranked list."""
    gained = points(video.counted)
    score = gained if order is Order.POPULAR else trend(math.log2(1 + gained), video.published_at)
    return Entry(score, video.id)
