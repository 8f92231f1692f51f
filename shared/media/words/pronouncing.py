"""How the words of an English text sound, for an aligner that knows a dictionary: one entry for each written word."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from itertools import islice, product

from shared.media.words.numerals import readings

Lookup = Callable[[str], str | None]
"""The dictionary: a lower-case word's phones in ARPABET, separated by spaces; None for one that is not there."""

PIECE = re.compile(r"[A-Za-z]+(?:'[A-Za-z]+)*|\d+(?:[.,:]\d+)*(?:st|nd|rd|th)?|[%&+@=$£€]")
SIGNS = {"%": "percent", "&": "and", "+": "plus", "@": "at", "=": "equals", "$": "dollars", "£": "pounds", "€": "euros"}
CURRENCIES = "$£€"
MOST_READINGS = 6
"""Of one written word; the aligner tries them all."""
LONGEST_ACRONYM = 5
LONGEST_PIECE = 40
"""Letters; more are no word that anybody says."""

SOUNDS = {
    "tion": "SH AH N", "sion": "ZH AH N", "ture": "CH ER", "ough": "AO", "augh": "AO", "eigh": "EY", "igh": "AY",
    "tch": "CH", "sch": "SH", "dge": "JH", "ch": "CH", "sh": "SH", "th": "TH", "ph": "F", "wh": "W", "ck": "K",
    "ng": "NG", "qu": "K W", "kn": "N", "wr": "R", "gh": "G", "ee": "IY", "ea": "IY", "oo": "UW", "ou": "AW",
    "ow": "OW", "oi": "OY", "oy": "OY", "ai": "EY", "ay": "EY", "au": "AO", "aw": "AO", "ie": "IY", "ei": "AY",
    "ew": "UW", "ue": "UW", "er": "ER", "ir": "ER", "ur": "ER", "ar": "AA R", "or": "AO R", "ce": "S EH",
    "ci": "S IH", "ge": "JH EH", "gi": "JH IH", "a": "AE", "b": "B", "c": "K", "d": "D", "e": "EH", "f": "F",
    "g": "G", "h": "HH", "i": "IH", "j": "JH", "k": "K", "l": "L", "m": "M", "n": "N", "o": "OW", "p": "P", "q": "K",
    "r": "R", "s": "S", "t": "T", "u": "AH", "v": "V", "w": "W", "x": "K S", "y": "IY", "z": "Z",
}  # fmt: skip
"""What letters usually sound like, for names that no dictionary has."""
FINAL = {"ce": "S", "ge": "JH"}
"""At a word's end, where the e is silent."""


def pronunciations(word: str, lookup: Lookup) -> list[str]:
    """Phones of a written word in every usual reading; none for what nobody can say, such as a dash."""
    plain = unicodedata.normalize("NFKD", word.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'"))
    pieces = _in_spoken_order(PIECE.findall("".join(c for c in plain if not unicodedata.combining(c))))
    choices = [_of_piece(piece, lookup) for piece in pieces]
    if not choices or not all(choices):
        return []
    return list(dict.fromkeys(" ".join(parts) for parts in islice(product(*choices), MOST_READINGS)))


def known_share(words: Sequence[str], lookup: Lookup) -> float:
    """How much of a text is in the dictionary: little, and it is in another language. Numbers do not count."""
    plain = [re.sub(r"[^\w']", "", word.lower()) for word in words]
    letters = [word for word in plain if word.isalpha() or "'" in word]
    return sum(lookup(word) is not None for word in letters) / len(letters) if letters else 0.0


def _in_spoken_order(pieces: list[str]) -> list[str]:
    """A currency's sign stands before the amount and is said after it."""
    if len(pieces) > 1 and pieces[0] in CURRENCIES:
        return [*pieces[1:2], pieces[0], *pieces[2:]]
    return pieces


def _of_piece(piece: str, lookup: Lookup) -> list[str]:
    if piece in SIGNS:
        return _of_reading(SIGNS[piece], lookup)
    if piece[0].isdigit():
        return [phones for reading in readings(piece) for phones in _of_reading(reading, lookup)]
    if len(piece) > LONGEST_PIECE:
        return []
    known = _known(piece.lower(), lookup)
    if piece.isupper() and len(piece) <= LONGEST_ACRONYM:
        known.append(_spelled(piece, lookup))
    return known or [_compound(piece.lower(), lookup) or sounded(piece.lower())]


def _of_reading(reading: str, lookup: Lookup) -> list[str]:
    phones = [lookup(word) or sounded(word) for word in reading.split()]
    return [" ".join(phones)]


def _known(word: str, lookup: Lookup) -> list[str]:
    """The dictionary has several pronunciations as word, word(2), word(3) ..."""
    names = [word, *(f"{word}({number})" for number in range(2, MOST_READINGS))]
    return [phones for name in names if (phones := lookup(name))]


def _spelled(word: str, lookup: Lookup) -> str:
    return " ".join(lookup(f"{letter}.") or lookup(letter) or sounded(letter) for letter in word.lower())


def _compound(word: str, lookup: Lookup) -> str:
    """Two words of the dictionary in one, as names of products are; the most even pair."""
    for cut in sorted(range(3, len(word) - 2), key=lambda cut: abs(2 * cut - len(word))):
        first, second = lookup(word[:cut]), lookup(word[cut:])
        if first and second:
            return f"{first} {second}"
    return ""


def sounded(word: str) -> str:
    """Phones of a word by its letters alone."""
    letters = re.sub(r"([b-df-hj-np-tv-z])\1", r"\1", word.replace("'", ""))
    found: list[str] = []
    place = 0
    while place < len(letters):
        size = next(size for size in (4, 3, 2, 1) if letters[place : place + size] in SOUNDS or size == 1)
        piece = letters[place : place + size]
        is_last = place + size >= len(letters)
        if piece == "e" and is_last and found:
            break
        if piece == "y" and place == 0 and not is_last:
            found.append("Y")
        else:
            found.append(FINAL[piece] if is_last and piece in FINAL else SOUNDS.get(piece, "AH"))
        place += size
    return " ".join(found)
