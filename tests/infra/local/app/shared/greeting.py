"""Shared code of the test app."""

WORD = "hello"


def greeting() -> str:
    """What the handler says."""
    return WORD
