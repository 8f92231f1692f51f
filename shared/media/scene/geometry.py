"""Where a picture lies on the canvas, and which part of it is shown."""

from dataclasses import dataclass
from fractions import Fraction

from shared.media.scene.model import Crop, ImageElement, VideoElement
from shared.media.scene.values import Resize


@dataclass(frozen=True)
class Box:
    """A rectangle in pixels."""

    x: int
    y: int
    width: int
    height: int

    @property
    def right(self) -> int:
        """The first column to the right of it."""
        return self.x + self.width

    @property
    def bottom(self) -> int:
        """The first row below it."""
        return self.y + self.height

    def meets(self, other: "Box") -> bool:
        """Whether the two share a pixel."""
        return self.x < other.right and other.x < self.right and self.y < other.bottom and other.y < self.bottom


@dataclass(frozen=True)
class Placement:
    """`part` of a source, in pixels of its upright picture, fills `target` on the canvas; None is all of it."""

    part: Box | None
    target: Box
    source: tuple[int, int]

    @property
    def scale(self) -> Fraction:
        """By how much the source is enlarged in the direction in which it is enlarged more."""
        width, height = (self.part.width, self.part.height) if self.part else self.source
        return max(Fraction(self.target.width, width), Fraction(self.target.height, height))


def place_picture(
    element: VideoElement | ImageElement, source: tuple[int, int], canvas: Box, resize: Resize, *, fills: bool
) -> Placement:
    """The placement of an element. Without any size it fills the canvas or has its natural size."""
    resize = element.resize or resize
    cut = _cut(element.crop, source)
    width, height = (cut.width, cut.height) if cut else source
    box = _box(element, width, height, canvas, fills=fills)
    if resize == "fill":
        return Placement(cut, box, source)
    ratios = Fraction(box.width, width), Fraction(box.height, height)
    if resize == "fit":
        size = [_even(length * min(ratios)) for length in (width, height)]
        x, y = box.x + (box.width - size[0]) // 2, box.y + (box.height - size[1]) // 2
        return Placement(cut, Box(x, y, *size), source)
    seen = min(width, _even(box.width / max(ratios))), min(height, _even(box.height / max(ratios)))
    if seen == (width, height):
        return Placement(cut, box, source)
    # the source is cut first, so that nothing is scaled that is not seen
    x, y = (width - seen[0]) // 4 * 2, (height - seen[1]) // 4 * 2
    return Placement(Box((cut.x if cut else 0) + x, (cut.y if cut else 0) + y, *seen), box, source)


def _cut(crop: Crop | None, source: tuple[int, int]) -> Box | None:
    """The part that is asked for, as far as the source has it."""
    if crop is None:
        return None
    x, y = min(crop.x, source[0] - 1), min(crop.y, source[1] - 1)
    return Box(x, y, min(crop.width, source[0] - x), min(crop.height, source[1] - y))


def _box(element: VideoElement | ImageElement, width: int, height: int, canvas: Box, *, fills: bool) -> Box:
    """The rectangle that is configured; a missing side follows from the other."""
    if element.width and element.height:
        size = element.width, element.height
    elif element.width:
        size = element.width, _even(Fraction(height * element.width, width))
    elif element.height:
        size = _even(Fraction(width * element.height, height)), element.height
    else:
        size = (canvas.width, canvas.height) if fills else (width, height)
    return Box(element.x, element.y, *size)


def _even(length: Fraction | int) -> int:
    return max(2, round(length / 2) * 2)
