"""Rows of tables in files, as DynamoDB exports them: lines of its JSON, packed with gzip."""

import base64
import gzip
import json
from collections.abc import Iterable, Iterator
from typing import IO, Any

Row = dict[str, Any]


def packed(rows: Iterable[Row]) -> bytes:
    """A file of rows."""
    lines = (json.dumps({"Item": row}, default=_text, separators=(",", ":")) + "\n" for row in rows)
    return gzip.compress("".join(lines).encode())


def unpacked(file: IO[bytes]) -> Iterator[Row]:
    """The rows of a file, one after the other."""
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line, object_hook=_binary)["Item"]


def same(one: Row, other: Row) -> bool:
    """Whether two rows say the same: the members of a set have no order."""
    return _ordered(one) == _ordered(other)


def _ordered(row: Row) -> Row:
    return {name: value if value.keys().isdisjoint(_SETS) else _sorted(value) for name, value in row.items()}


_SETS = ("SS", "NS", "BS")


def _sorted(value: dict[str, list[Any]]) -> dict[str, list[Any]]:
    return {kind: sorted(members) for kind, members in value.items()}


def _text(value: object) -> str:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    raise TypeError(type(value).__name__)


def _binary(value: dict[str, Any]) -> dict[str, Any]:
    """Bytes where the JSON says so; what is called "B" in a map of somebody's is no text, but a value with its type."""
    if len(value) != 1:
        return value
    [(kind, content)] = value.items()
    if kind == "B" and isinstance(content, str):
        return {"B": base64.b64decode(content)}
    if kind == "BS" and isinstance(content, list):
        return {"BS": [base64.b64decode(one) for one in content]}
    return value
