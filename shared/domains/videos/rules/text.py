"""What texts about a video may hold: they are kept as they were sent, and escaped by whoever shows them."""

import unicodedata

LINES = "\n\t"
_DIRECTION = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Embeddings, overrides and isolates: they make a text read as something else. Marks (U+200E, U+200F) are ordinary."""


def plain(text: str) -> str:
    """One line of text, trimmed. ValueError for control and direction characters."""
    _refuse(text, "")
    return text.strip()


def plain_lines(text: str) -> str:
    """Lines of text, trimmed, with \\n between them. ValueError for other control and direction characters."""
    joined = text.replace("\r\n", "\n")
    _refuse(joined, LINES)
    return joined.strip()


def plain_tags(tags: list[str]) -> list[str]:
    """Tags without repeats, in the order sent."""
    return list(dict.fromkeys(plain(tag) for tag in tags))


def _refuse(text: str, allowed: str) -> None:
    for character in text:
        if character in _DIRECTION or (unicodedata.category(character) in ("Cc", "Cs") and character not in allowed):
            raise ValueError(f"the character U+{ord(character):04X} is not allowed")
