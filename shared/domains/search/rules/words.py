"""Texts as words that can be compared: without case, accents and punctuation."""

import re
import unicodedata
from collections.abc import Iterator

LONGEST = 24
"""Of a longer word its first letters count."""

_APOSTROPHES = str.maketrans("", "", "'\u2019\u02bc")
_UNSPACED = re.compile("([\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+)")
"""Scripts that put no spaces between words: Han and kana."""


def folded(text: str) -> str:
    """A text as all ways to write it are compared: compatible forms alike, without case and accents."""
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    bare = "".join(letter for letter in apart if not unicodedata.combining(letter))
    return " ".join(unicodedata.normalize("NFKC", bare).split())


def words(text: str) -> Iterator[str]:
    """The words of a text in order, with repeats. Of scripts without spaces, each two neighbours are a word."""
    for run in _runs(text):
        for part in _UNSPACED.split(run):
            if _UNSPACED.fullmatch(part) and len(part) > 1:
                yield from (part[first : first + 2] for first in range(len(part) - 1))
            elif part:
                yield part[:LONGEST]


def _runs(text: str) -> Iterator[str]:
    """Letters, marks and digits that stand together. Piece by piece, since of a long text only the beginning counts."""
    for piece in text.split():
        letters = folded(piece).translate(_APOSTROPHES)
        yield from "".join(one if unicodedata.category(one)[0] in "LMN" else " " for one in letters).split()
