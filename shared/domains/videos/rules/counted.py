"""How a video's row has a copy of its numbers, so that lists need not read them: in a few bytes (rules.varints).

First the moment at which they were read, in milliseconds, then views, likes, dislikes, comments and seconds, then who
came to each step, but for those that nobody came to after the last one.
"""

from shared.base import clock
from shared.domains.videos.model import STEPS, Counted, Numbers
from shared.domains.videos.rules.varints import read, written


def packed(counted: Counted) -> bytes:
    """The bytes."""
    numbers = counted.numbers
    known = (numbers.views, numbers.likes, numbers.dislikes, numbers.comments, numbers.watch_seconds)
    reached = list(numbers.reached)
    while reached and not reached[-1]:
        del reached[-1]
    as_of = round(clock.seconds(counted.as_of) * 1000)
    return written(as_of, *(max(0, number) for number in (*known, *reached)))


def unpacked(copy: bytes, otherwise: str) -> Counted:
    """What a copy tells; b"" is what nobody has counted yet, as of the moment `otherwise`."""
    if not copy:
        return Counted(Numbers(), otherwise)
    as_of, views, likes, dislikes, comments, seconds, *reached = (number for number, _ in read(copy))
    steps = (*reached, *(0 for _ in range(STEPS - len(reached)))) if reached else ()
    numbers = Numbers(views, likes, dislikes, comments, seconds, steps)
    return Counted(numbers, clock.timestamp(as_of / 1000))
