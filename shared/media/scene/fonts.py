"""The fonts that texts are set in: shipped with us, chosen by the characters that each has, never by the machine."""

import hashlib
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from importlib.util import find_spec
from io import BytesIO
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fontTools.ttLib import TTFont

PACKAGES = ("fontpkg_inter", "manimgx_fonts")
DEFAULT_FAMILY = "Inter"
ORDER = ("Inter", "Noto Sans", "Noto Sans Symbols", "Noto Emoji")
"""Which families are tried first; the rest follow by name."""
IGNORED = frozenset("\n\r\t\u200b\u200c\u200d\u200e\u200f\u2060\ufe0e\ufe0f")
"""What needs no glyph."""
NEUTRAL = frozenset("NPSZCM")
"""First letters of the categories of characters that are at home in any script: numbers, punctuation, symbols, spaces.

Marks are among them because they belong to the letter before.
"""
EMOJI_FAMILY = "Noto Emoji"
WITH_EMOJI = frozenset("SM")
"""Of those, what belongs to an emoji before it. Its font has digits for keycaps, and spaces as wide as a picture."""


@dataclass(frozen=True)
class Font:
    """A font file."""

    path: Path
    family: str
    """The name by which libass finds it."""

    @cached_property
    def _font(self) -> "TTFont":
        return _opened(self.path)

    @cached_property
    def characters(self) -> dict[int, str]:
        """Glyph names by code point."""
        return self._font.getBestCmap() or {}

    @cached_property
    def line_height(self) -> float:
        """Height of a line in ems as libass counts it: a font size means this height."""
        metrics = self._table("OS/2")
        return float(metrics.usWinAscent + metrics.usWinDescent) / self._units

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the file."""
        return hashlib.sha256(self.path.read_bytes()).hexdigest()

    def has(self, character: str) -> bool:
        """Whether it can show a character."""
        return character in IGNORED or ord(character) in self.characters

    def width(self, text: str) -> float:
        """Width of a line in ems, by its advances alone."""
        advances = self._table("hmtx").metrics
        glyphs = (self.characters.get(ord(character)) for character in text)
        return float(sum(advances[glyph][0] if glyph else self._units / 2 for glyph in glyphs)) / self._units

    @property
    def _units(self) -> int:
        """Units of an em."""
        return int(self._table("head").unitsPerEm)

    def _table(self, name: str) -> Any:
        return self._font[name]


@dataclass(frozen=True)
class Run:
    """Consecutive characters in one font."""

    font: Font
    text: str


@cache
def shipped_fonts() -> tuple[Font, ...]:
    """All upright fonts, those that are tried first in front."""
    found = [font for package in PACKAGES for font in _fonts_of(package)]
    return tuple(sorted(found, key=lambda font: (_rank(font.family), font.family)))


@lru_cache(256)
def find_font(family: str) -> Font | None:
    """The font of a family, whatever the case of its letters."""
    return next((font for font in shipped_fonts() if font.family.lower() == family.lower()), None)


@lru_cache(8192)
def runs(line: str, family: str) -> tuple[Run, ...]:
    """A line cut into runs that their fonts can show, as far as any can."""
    preferred = find_font(family) or find_font(DEFAULT_FAMILY)
    fonts = [*([preferred] if preferred else []), *shipped_fonts()]
    chosen: list[Font] = []
    for character in line:
        chosen.append(_font_for(character, fonts, chosen[-1] if chosen else None))
    places = groupby(zip(chosen, line, strict=True), key=itemgetter(0))
    found = tuple(Run(font, "".join(character for _, character in run)) for font, run in places)
    return found or (Run(fonts[0], ""),)


def missing(text: str, family: str) -> list[str]:
    """The characters of a text that no font shows, each once."""
    gone = [
        character
        for line in text.split("\n")
        for run in runs(line, family)
        for character in run.text
        if not run.font.has(character)
    ]
    return list(dict.fromkeys(gone))


@lru_cache(8192)
def width(line: str, family: str) -> float:
    """Width of a line in ems of the font in which most of it is set."""
    return sum(run.font.width(run.text) for run in runs(line, family))


def _font_for(character: str, fonts: Sequence[Font], before: Font | None) -> Font:
    """What is at home in any script stays in the font before it when that has it."""
    neutral = WITH_EMOJI if before and before.family == EMOJI_FAMILY else NEUTRAL
    is_neutral = unicodedata.category(character)[0] in neutral or character in IGNORED
    if before and is_neutral and before.has(character):
        return before
    return next((font for font in fonts if font.has(character)), before or fonts[0])


def _fonts_of(package: str) -> Iterator[Font]:
    spec = find_spec(package)
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        for path in sorted(Path(folder).rglob("*.ttf")):
            if "Italic" not in path.name:
                yield Font(path, _family(path))


def _opened(path: Path) -> "TTFont":
    """A font read on demand from memory, so that no file stays open."""
    from fontTools.ttLib import TTFont

    return TTFont(BytesIO(path.read_bytes()), lazy=True)


def _family(path: Path) -> str:
    name = _opened(path)["name"]
    return str(name.getDebugName(1))  # the only one that libass goes by


def _rank(family: str) -> int:
    return ORDER.index(family) if family in ORDER else len(ORDER)
