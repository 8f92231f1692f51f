"""Kinds of values in a scene configuration, each with its limits."""

import re
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticKnownError

MAX_SECONDS = 7200
MAX_SIDE = 4096
MAX_PIXELS = 3840 * 2160
"""Of the output."""
BROADCAST_RATES = {23.976: Fraction(24000, 1001), 29.97: Fraction(30000, 1001), 59.94: Fraction(60000, 1001)}
HORIZONTAL, VERTICAL = ("left", "center", "right"), ("top", "center", "bottom")
PLACES = {
    **{down: ("center", down) for down in VERTICAL},
    **{across: (across, "center") for across in HORIZONTAL},
    **{f"{across}-{down}": (across, down) for across in HORIZONTAL for down in VERTICAL},
}
CONTROL_CHARACTERS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


DIRECTIONS = re.compile(r"[\u202a-\u202e\u2066-\u2069]")
"""Characters that open and close embeddings, overrides and isolates: one left open reorders all that follows it."""


class Node(BaseModel):
    """An object of the configuration: names with hyphens, nothing unknown, no guessing of types, immutable."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        strict=True,
        allow_inf_nan=False,
        alias_generator=lambda name: name.rstrip("_").replace("_", "-"),
    )


def _plain(value: str) -> str:
    if CONTROL_CHARACTERS.search(value):
        raise ValueError("must not hold control characters")
    return value


def _undirected(value: str) -> str:
    """Text in the order of its letters and marks alone, so that it can stand beside other text; something is left."""
    left = DIRECTIONS.sub("", value)
    if not left:
        raise PydanticKnownError("string_too_short", {"min_length": 1})
    return left


def _reference(value: str) -> str:
    if re.search(r"\s", _plain(value)):
        raise ValueError("must not hold spaces")
    return value


def _rate(value: float) -> float:
    if value not in BROADCAST_RATES and value != int(value):
        raise ValueError("must be a whole number, 23.976, 29.97 or 59.94")
    return value


def frame_rate(value: float) -> Fraction:
    """The exact rate that a configured one means."""
    return BROADCAST_RATES.get(value) or Fraction(int(value))


def place(position: str) -> tuple[str, str]:
    """Across and down, from `right-top` or from one of them alone; the other is then in the middle."""
    return PLACES[position]


def _position(value: str) -> str:
    if value not in PLACES:
        raise ValueError("must be left, center or right, then -top, -center or -bottom, or one of these alone")
    return value


def _matching(pattern: str, message: str) -> AfterValidator:
    """Check that a text has a form, and say which it must have."""

    def check(value: str) -> str:
        if not re.fullmatch(pattern, value):
            raise ValueError(message)
        return value

    return AfterValidator(check)


Seconds = Annotated[float, Field(ge=0, le=MAX_SECONDS)]
Duration = Annotated[float, Field(gt=0, le=MAX_SECONDS)]
Short = Annotated[float, Field(ge=0, le=30)]
Offset = Annotated[int, Field(ge=-MAX_SIDE, le=MAX_SIDE)]
Length = Annotated[int, Field(ge=1, le=2 * MAX_SIDE)]
CanvasSide = Annotated[int, Field(ge=64, le=MAX_SIDE, multiple_of=2)]
Volume = Annotated[float, Field(ge=0, le=4)]
Share = Annotated[float, Field(ge=0, le=1)]
Speed = Annotated[float, Field(ge=0.25, le=4)]
FrameRate = Annotated[float, Field(ge=10, le=60), AfterValidator(_rate)]
Depth = Annotated[int, Field(ge=-1000, le=1000)]
Identifier = Annotated[str, Field(min_length=1, max_length=100), AfterValidator(_plain)]
Comment = Annotated[str, Field(max_length=2000)]
Reference = Annotated[str, Field(min_length=1, max_length=2048), AfterValidator(_reference)]
"""Names a source; what it means is not this package's affair."""
Words = Annotated[str, Field(min_length=1, max_length=5000), AfterValidator(_plain), AfterValidator(_undirected)]
Language = Annotated[
    str, _matching(r"auto|[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", "must be auto or a language like en or pt-BR")
]
Colour = Annotated[str, _matching("#[0-9A-Fa-f]{6}([0-9A-Fa-f]{2})?", "must be a colour like #FF8800, or #FF880080")]
"""With an opacity as an optional fourth pair."""
Background = Annotated[str, _matching("#[0-9A-Fa-f]{6}|transparent", "must be a colour like #FF8800, or transparent")]
Family = Annotated[str, Field(min_length=1, max_length=100), AfterValidator(_plain)]
Position = Annotated[str, AfterValidator(_position)]
Resize = Literal["fit", "fill", "cover"]
