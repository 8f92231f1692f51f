"""About how large texts are: by the widths of their letters, without drawing them."""

from shared.media.scene.ass import Event, Style
from shared.media.scene.fonts import runs, width
from shared.media.scene.geometry import Box
from shared.media.scene.model import TextElement
from shared.media.scene.typesetting import text_style


def text_box(event: Event, size: tuple[int, int]) -> Box:
    """About where a text lies."""
    style = event.style
    left, right, edge = style.margins
    lines = _wrapped(event.plain, style, size[0] - left - right)
    wide = round(max((_width(line, style) for line in lines), default=0))
    high = round(sum(_height(line, style) for line in lines))
    if event.place:
        return Box(*event.place, wide, high)
    column, row = (style.alignment - 1) % 3, (style.alignment - 1) // 3
    x = (left, left + (size[0] - left - right - wide) // 2, size[0] - right - wide)[column]
    y = (size[1] - edge - high, (size[1] - high) // 2, edge)[row]
    return Box(x, y, wide, high)


def room_and_needs(element: TextElement, size: tuple[int, int]) -> tuple[int, int, float]:
    """(width of a line, height of the text, width of its longest word), all in pixels and the last two about."""
    style = text_style(element, size)
    room = size[0] - style.margins[0] - style.margins[1]
    longest = max((_width(word, style) for word in element.text.split()), default=0.0)
    return room, round(sum(_height(line, style) for line in _wrapped(element.text, style, room))), longest


def _width(line: str, style: Style) -> float:
    base = runs("x", style.family)[0].font
    return width(line, style.family) * style.size / base.line_height


def _height(line: str, style: Style) -> float:
    """Of the highest of its fonts, all of them at one size."""
    base = runs("x", style.family)[0].font
    return max(run.font.line_height for run in runs(line, style.family)) * style.size / base.line_height


def _wrapped(text: str, style: Style, room: int) -> list[str]:
    lines: list[str] = []
    gap = _width(" ", style)
    for line in text.split("\n"):
        words: list[str] = []
        used = 0.0
        for word in line.split():
            wide = _width(word, style)
            if words and used + gap + wide > room:
                lines.append(" ".join(words))
                words.clear()
                used = 0.0
            used += wide + (gap if words else 0)
            words.append(word)
        lines.append(" ".join(words))
    return lines
