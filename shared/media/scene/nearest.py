"""Suggestions for names that do not exist."""

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(name: str, known: Iterable[str]) -> str:
    """` Did you mean x?` when something known is close, else nothing."""
    found = get_close_matches(name.lower().replace("_", "-"), list(known), n=1, cutoff=0.6)
    return f" Did you mean {found[0]}?" if found else ""
