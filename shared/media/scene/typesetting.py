"""How texts and subtitles look, and subtitles as events of an ASS script, on the clock of a scene."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

from shared.media.scene.ass import Event, Style, alignment, set_text
from shared.media.scene.fonts import DEFAULT_FAMILY, Font, find_font, runs
from shared.media.scene.layers import SubtitlesLayer
from shared.media.scene.model import SubtitlesElement, TextElement
from shared.media.scene.speech import Line, Timed, lines
from shared.media.scene.values import place

GRID_WIDTH, GRID_HEIGHT = 384, 288
"""The picture that sizes of subtitles refer to: that of libass where a script names none."""
SIDE_MARGIN, EDGE_MARGIN = 10, 20
TEXT_SHARE = 12
"""A text without a size is set with a twelfth of the picture's height."""


def text_style(element: TextElement, size: tuple[int, int]) -> Style:
    """How a text looks."""
    look, (width, height) = element.style, size
    base = runs("x", look.font_family)[0].font
    box = look.box_color is not None
    wide = min(element.width or width, width)
    if element.x is not None or element.y is not None:
        number, margins = alignment("left", "top"), (0, max(0, width - wide), 0)
    else:
        side = (width - wide) // 2 if element.width else width * SIDE_MARGIN // GRID_WIDTH
        number, margins = alignment(*place(element.position)), (side, side, height * EDGE_MARGIN // GRID_HEIGHT)
    return Style(
        family=base.family,
        size=(look.font_size or height / TEXT_SHARE) * base.line_height,
        colour=look.color,
        border_colour=look.outline_color,
        shadow_colour=look.box_color or look.shadow_color,
        border=look.outline_width,
        shadow=look.box_padding if box else look.shadow_offset,
        is_bold=look.bold,
        is_italic=look.italic,
        has_box=box,
        alignment=number,
        margins=margins,
    )


def subtitle_events(
    layer: SubtitlesLayer, words: Sequence[Timed], size: tuple[int, int], rate: Fraction
) -> list[Event]:
    """The events of a scene's subtitles: a word after the other, or lines."""
    element = layer.element
    style = subtitle_style(element, size)
    is_progressive = element.settings.style == "progressive"
    events = _progressive(words, style) if is_progressive else _classic(element, words, style, rate)
    cut = (replace(event, start=max(event.start, layer.start), end=min(event.end, layer.end)) for event in events)
    return [event for event in cut if event.start < event.end]


def subtitle_style(element: SubtitlesElement, size: tuple[int, int]) -> Style:
    """How subtitles look; their sizes are in 1/288 of the height."""
    look, (width, height) = element.settings, size
    unit = height / GRID_HEIGHT
    side = width * SIDE_MARGIN // GRID_WIDTH
    font = find_font(look.font_family) or find_font(DEFAULT_FAMILY)
    return Style(
        family=font.family if font else DEFAULT_FAMILY,
        size=look.font_size * unit,
        colour=look.word_color if look.style == "progressive" else look.line_color or look.word_color,
        border_colour=look.outline_color,
        shadow_colour=look.box_color or look.shadow_color,
        border=look.outline_width * unit,
        shadow=4 * unit if look.box_color else look.shadow_offset * unit,
        is_bold=True,
        is_italic=False,
        has_box=look.box_color is not None,
        alignment=alignment(*place(look.position)),
        margins=(side, side, height * EDGE_MARGIN // GRID_HEIGHT),
    )


def _progressive(words: Sequence[Timed], style: Style) -> Iterator[Event]:
    """One word at a time; each stays until the next one begins."""
    starts: list[int] = []
    for word in words:  # of words that begin at once each has a frame
        starts.append(max(word.start, starts[-1] + 1) if starts else word.start)
    ends = [*starts[1:], *(max(word.end, start + 1) for word, start in zip(words[-1:], starts[-1:], strict=True))]
    for word, start, end in zip(words, starts, ends, strict=True):
        text, fonts = set_text(word.text, style)
        yield Event(start, end, style, text, fonts, word.text)


def _classic(element: SubtitlesElement, words: Sequence[Timed], style: Style, rate: Fraction) -> Iterator[Event]:
    """Lines; where words have a colour of their own, the one that is being said has it."""
    look = element.settings
    marks = look.line_color is not None and look.line_color != look.word_color
    for line in lines(words, rate):
        plain = " ".join(word.text for word in line.words)
        if not marks:
            text, fonts = set_text(plain, style)
            yield Event(line.words[0].start, line.end, style, text, fonts, plain)
            continue
        for number, word in enumerate(line.words):
            later = line.words[number + 1].start if number + 1 < len(line.words) else line.end
            text, fonts = _marked(line, number, style, look.word_color)
            yield Event(word.start, later, style, text, fonts, plain)


def _marked(line: Line, number: int, style: Style, colour: str) -> tuple[str, tuple[Font, ...]]:
    """A line in which one word has another colour."""
    parts: list[str] = []
    used: dict[Font, None] = {}
    for at, word in enumerate(line.words):
        text, fonts = set_text(word.text, style)
        used |= dict.fromkeys(fonts)
        parts.append(f"{{\\c{_rgb(colour)}}}{text}{{\\c{_rgb(style.colour)}}}" if at == number else text)
    return " ".join(parts), tuple(used)


def _rgb(code: str) -> str:
    return f"&H{code[5:7]}{code[3:5]}{code[1:3]}&".upper()
