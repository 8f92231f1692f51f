"""How moves begin and end: the share of the way as a function of the share of the time, for us and for FFmpeg."""

from fractions import Fraction
from typing import Literal

Easing = Literal["linear", "ease-in", "ease-out", "ease-in-out"]
"""At one speed; faster and faster; slower and slower; slow at both ends."""
FORMS: dict[Easing, str] = {
    "linear": "{p}",
    "ease-in": "{p}*{p}",
    "ease-out": "{p}*(2-{p})",
    "ease-in-out": "{p}*{p}*(3-2*{p})",
}


def expression(easing: Easing, share: str) -> str:
    """The share of the way as an expression of FFmpeg's; `share`, that of the time, is one that can be a factor."""
    way = FORMS[easing].format(p=share)
    return way if way == share else f"({way})"


def eased(easing: Easing, share: Fraction) -> Fraction:
    """The share of the way, exactly."""
    match easing:
        case "linear":
            return share
        case "ease-in":
            return share * share
        case "ease-out":
            return share * (2 - share)
        case "ease-in-out":
            return share * share * (3 - 2 * share)
