"""Holding an answer against an example that describes its values in words, as the source documents write them."""

import re
from datetime import datetime
from typing import Any

from shared.base.ids import is_id

_JWT = re.compile(r"[\w-]+\.[\w-]+\.[\w-]+")


def _is_moment(value: Any) -> bool:
    return isinstance(value, str) and datetime.fromisoformat(value).tzinfo is not None


_KINDS = {
    "uuid": lambda value: isinstance(value, str) and is_id(value),
    "string": lambda value: isinstance(value, str),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "boolean": lambda value: isinstance(value, bool),
    "jwt": lambda value: isinstance(value, str) and _JWT.fullmatch(value) is not None,
    "moment": _is_moment,
}


def differences(example: Any, value: Any, where: str = "answer") -> list[str]:
    """Where a value is not of its example's shape. Words like "uuid" stand for a kind of value; all else for itself."""
    if isinstance(example, dict):
        if not isinstance(value, dict):
            return [f"{where} is no object"]
        missing = [f"{where} lacks {name}" for name in example if name not in value]
        inner = [(name, part) for name, part in example.items() if name in value]
        return missing + [line for name, part in inner for line in differences(part, value[name], f"{where}.{name}")]
    if isinstance(example, str) and example in _KINDS:
        return [] if _KINDS[example](value) else [f"{where} is no {example}: {value!r}"]
    return [] if example == value else [f"{where} is {value!r} instead of {example!r}"]
