"""How a video's row has a copy of its numbers, so that lists need not read them: in one short text.

    2026-01-31T12:00:00.000Z 1200 40 2 7 86400 0,0,3,40

The moment at which they were read comes first, so that a later copy sorts after an earlier one. Steps that nobody came
to after the last one are left out, and the last word is "-" where no player has told.
"""

from shared.domains.videos.model import STEPS, Counted, Numbers

_NOBODY = "-"


def packed(counted: Counted) -> str:
    """The text."""
    numbers = counted.numbers
    known = (numbers.views, numbers.likes, numbers.dislikes, numbers.comments, numbers.watch_seconds)
    reached = list(numbers.reached)
    while reached and not reached[-1]:
        del reached[-1]
    return " ".join((counted.as_of, *map(str, known), ",".join(map(str, reached)) or _NOBODY))


def unpacked(text: str, otherwise: str) -> Counted:
    """What a text tells; "" is what nobody has counted yet, as of the moment `otherwise`."""
    if not text:
        return Counted(Numbers(), otherwise)
    as_of, views, likes, dislikes, comments, seconds, reached = text.split(" ")
    steps = () if reached == _NOBODY else tuple(map(int, reached.split(",")))
    padded = (*steps, *(0 for _ in range(STEPS - len(steps)))) if steps else ()
    return Counted(Numbers(int(views), int(likes), int(dislikes), int(comments), int(seconds), padded), as_of)
