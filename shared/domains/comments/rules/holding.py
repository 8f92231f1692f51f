"""Which comments are held until whose video they are on has looked at them."""

import unicodedata
from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from shared.domains.search.rules.words import words

MOST_WORDS, WORD_LENGTH = 200, 60


@dataclass(frozen=True)
class Holding:
    """What somebody wants held of what others say on their videos: these words and phrases, or everything."""

    words: tuple[str, ...] = ()
    everything: bool = False

    def holds(self, content: str) -> bool:
        """Whether a comment is held: a word counts as a whole, a phrase where its words follow one another."""
        if self.everything:
            return True
        text = _compared(content) if self.words else ""
        return any(_compared(word) in text for word in self.words)


def _compared(text: str) -> str:
    """Words as they are compared, each between spaces. Letters that nobody sees part no word."""
    seen = "".join(letter for letter in text if unicodedata.category(letter) != "Cf")
    return f" {' '.join(words(seen))} "


def _with_letters(word: str) -> str:
    if not _compared(word).strip():
        raise ValueError("a word has letters or digits")
    return word


HeldWord = Annotated[
    str,
    StringConstraints(min_length=1, max_length=WORD_LENGTH, strip_whitespace=True),
    AfterValidator(_with_letters),
]
"""A word or phrase of 1 to 60 characters, compared without case and accents."""

HeldWords = Annotated[list[HeldWord], Field(max_length=MOST_WORDS)]
"""At most 200 of them."""
