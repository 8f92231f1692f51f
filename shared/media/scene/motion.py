"""How things move, as typed values of a scene configuration."""

from typing import Annotated, Literal

from pydantic import Field

from shared.media.scene.easing import Easing
from shared.media.scene.values import Length, Node, Share

Side = Literal["left", "right", "top", "bottom"]


class KenBurns(Node):
    """A slow move over a picture that covers its box: magnification and place at its first and last frame.

    A place is a share of the room that the magnification leaves: 0 is the left or upper edge, 1 the other one.
    """

    from_: Annotated[float, Field(ge=1, le=4)] = 1
    to: Annotated[float, Field(ge=1, le=4)] = 1.2
    from_x: Share = 0.5
    from_y: Share = 0.5
    to_x: Share = 0.5
    to_y: Share = 0.5
    easing: Easing = "linear"


class Typewriter(Node):
    """A text appears letter by letter: so many a second, 20 by default, or all of them within `duration` seconds."""

    speed: Annotated[float, Field(ge=0.5, le=200)] | None = None
    duration: Annotated[float, Field(ge=0.1, le=300)] | None = None


class Slide(Node):
    """A text moves, without `distance`, which is in pixels, as far as from beyond the edge of the picture."""

    duration: Annotated[float, Field(ge=0.1, le=5)] = 0.5
    distance: Length | None = None


class SlideIn(Slide):
    """It comes from a side to its place, and is there after `duration` seconds."""

    from_: Side
    easing: Easing = "ease-out"


class SlideOut(Slide):
    """It leaves its place towards a side in its last `duration` seconds."""

    to: Side
    easing: Easing = "ease-in"
