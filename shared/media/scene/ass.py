"""Writes ASS, the script that libass draws texts from. All texts of users go this way, as files, escaped."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from shared.media.scene.fonts import Font, runs

HEAD = """[Script Info]
ScriptType: v4.00+
PlayResX: {width}
PlayResY: {height}
WrapStyle: 0
ScaledBorderAndShadow: yes
YCbCr Matrix: TV.709

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, Underline, \
StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, MarginV, Encoding
"""
EVENTS = "\n[Events]\nFormat: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n"
COLUMNS = {"left": 1, "center": 2, "right": 3}
ROWS = {"bottom": 0, "center": 3, "top": 6}
OUTLINE, BOX = 1, 4
"""Border styles: an outline with a shadow, or that on one rectangle, of which the shadow is colour and padding."""
BY_FIRST_LETTER = -1
"""An encoding that is none: libass finds the direction of each line and orders it whole, whatever fonts it has."""
LONGEST = 9 * 3600
"""Seconds; what stays for ever ends here."""
HALF = Fraction(1, 2)
HIDDEN = {OUTLINE: r"{\alpha&HFF&}", BOX: r"{\1a&HFF&\3a&HFF&}"}
"""Letters from here on cannot be seen, by border style. A box, which is a shadow's colour, stays."""


@dataclass(frozen=True)
class Style:
    """How a text looks. `size` is the height of a line in pixels, colours are #RRGGBB or #RRGGBBAA."""

    family: str
    size: float
    colour: str
    border_colour: str
    shadow_colour: str
    border: float
    shadow: float
    is_bold: bool
    is_italic: bool
    has_box: bool
    alignment: int
    margins: tuple[int, int, int]

    def line(self, name: str) -> str:
        """Its line in the script."""
        switches = f"{-int(self.is_bold)},{-int(self.is_italic)},0,0"
        style, margins = BOX if self.has_box else OUTLINE, ",".join(map(str, self.margins))
        return (
            f"Style: {name},{self.family},{self.size:.2f},{colour(self.colour)},&H000000FF,"
            f"{colour(self.border_colour)},{colour(self.shadow_colour)},{switches},100,100,0,0,{style},"
            f"{self.border:.2f},{self.shadow:.2f},{self.alignment},{margins},{BY_FIRST_LETTER}\n"
        )


@dataclass(frozen=True)
class Event:
    """A text in the frames `start` to `end` of a clock; `text` is escaped and may hold override tags."""

    start: int
    end: int
    style: Style
    text: str
    fonts: tuple[Font, ...]
    plain: str
    """The text itself."""
    place: tuple[int, int] | None = None
    """Its upper left corner, where its alignment does not say where it is."""


def write(events: Sequence[Event], size: tuple[int, int], rate: Fraction) -> str:
    """A whole script."""
    names = {style: f"S{number}" for number, style in enumerate(dict.fromkeys(event.style for event in events))}
    script = [HEAD.format(width=size[0], height=size[1]), *(style.line(name) for style, name in names.items()), EVENTS]
    for number, event in enumerate(events):
        span = f"{moment(event.start, rate)},{moment(event.end, rate)}"
        script.append(f"Dialogue: {number},{span},{names[event.style]},,0,0,0,,{event.text}\n")
    return "".join(script)


def moment(frame: int, rate: Fraction) -> str:
    """A time half a frame before a frame, so that the rounding to hundredths hits the same frames on every clock."""
    hundredths = min(LONGEST * 100, max(0, round((frame - HALF) / rate * 100)))
    return f"{hundredths // 360000}:{hundredths // 6000 % 60:02d}:{hundredths // 100 % 60:02d}.{hundredths % 100:02d}"


def colour(code: str) -> str:
    """`#RRGGBB` or `#RRGGBBAA` as &HAABBGGRR, where AA is the transparency."""
    alpha = 255 - int(code[7:9] or "FF", 16)
    return f"&H{alpha:02X}{code[5:7]}{code[3:5]}{code[1:3]}".upper()


def escape(text: str) -> str:
    """A text that libass shows as it is. The word joiner keeps a backslash from beginning a tag."""
    text = text.replace("\\", "\\\u2060").replace("{", "\\{").replace("}", "\\}")
    return text.replace("\r", "").replace("\n", "\\N")


@lru_cache(8192)
def set_text(text: str, style: Style, shown: int | None = None) -> tuple[str, tuple[Font, ...]]:
    """The escaped text with its fonts named where they change, and the fonts. Ems are equally large in all of them.

    `shown` is how many of its characters are seen; the others have their place too, so that nothing moves.
    """
    lines: list[str] = []
    used: dict[Font, None] = {}
    base = runs("x", style.family)[0].font
    left = len(text) if shown is None else shown
    for line in text.split("\n"):
        parts = []
        for run in runs(line, style.family):
            size = style.size * run.font.line_height / base.line_height
            parts.append(f"{{\\fn{run.font.family}\\fs{size:.2f}}}{_partly(run.text, left, style)}")
            left -= len(run.text)
            used[run.font] = None
        left -= 1
        lines.append("".join(parts))
    return "\\N".join(lines), tuple(used) or (base,)


def _partly(text: str, shown: int, style: Style) -> str:
    """Escaped text of which so many characters are seen, at most all; what hides the others hides all that follow."""
    if shown >= len(text):
        return escape(text)
    seen = max(0, shown)
    return f"{escape(text[:seen])}{HIDDEN[BOX if style.has_box else OUTLINE]}{escape(text[seen:])}"


def alignment(across: str, down: str) -> int:
    """The number of a place, as on a keyboard's number pad."""
    return COLUMNS[across] + ROWS[down]


def fonts_of(events: Iterable[Event]) -> list[Font]:
    """The fonts of some events, each once."""
    return list(dict.fromkeys(font for event in events for font in event.fonts))
