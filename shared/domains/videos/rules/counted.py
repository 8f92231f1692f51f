"""How a video's row has a copy of its numbers, so that lists need not read them: in one short text.

    19c13f68a00 1200 40 2 7 86400 0,0,3,40

The moment at which they were read comes first, in milliseconds with sixteen digits, so that a later copy sorts after an
earlier one. Steps that nobody came to after the last one are left out, and the last word where no player has told.
"""

from shared.base import clock
from shared.domains.videos.model import STEPS, Counted, Numbers


def packed(counted: Counted) -> str:
    """The text."""
    numbers = counted.numbers
    known = (numbers.views, numbers.likes, numbers.dislikes, numbers.comments, numbers.watch_seconds)
    reached = list(numbers.reached)
    while reached and not reached[-1]:
        del reached[-1]
    as_of = f"{round(clock.seconds(counted.as_of) * 1000):x}"
    return " ".join((as_of, *map(str, known), ",".join(map(str, reached)))).rstrip()


def unpacked(text: str, otherwise: str) -> Counted:
    """What a text tells; "" is what nobody has counted yet, as of the moment `otherwise`."""
    if not text:
        return Counted(Numbers(), otherwise)
    as_of, views, likes, dislikes, comments, seconds, *reached = text.split(" ")
    steps = tuple(int(count) for one in reached for count in one.split(","))
    padded = (*steps, *(0 for _ in range(STEPS - len(steps)))) if steps else ()
    numbers = Numbers(int(views), int(likes), int(dislikes), int(comments), int(seconds), padded)
    return Counted(numbers, clock.timestamp(int(as_of, 16) / 1000))
