"""Tables as they were: what is missing comes back, what was changed is changed back, what has come since goes."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import islice
from typing import Any

from infra.restore.place import Wish, name_of
from infra.restore.rows import Row, same
from shared.base import clock, jobs
from shared.base.aws import client
from shared.base.tables import read_together, write_each
from shared.contract.needs import Table
from shared.contract.resources import (
    COMMENTS,
    COUNTS,
    FEEDS,
    FOLLOWS,
    JOBS,
    NOTIFICATIONS,
    OPERATIONS,
    POSTINGS,
    REACTIONS,
    STUDIO_CHANNELS,
    VIDEOS,
)
from shared.domains.videos.store.collections import collection_key

AS_THEN = (
    *(POSTINGS, VIDEOS, JOBS, STUDIO_CHANNELS, COUNTS, REACTIONS, FOLLOWS, FEEDS, COMMENTS, NOTIFICATIONS),
    OPERATIONS,
)
"""What becomes as it was. Who may enter, and how, stays as it is; so does what only passes through.

Postings come first: the stream of videos has them counted by what is there, and finds them as the videos will be.
"""

TOGETHER = 100
_COUNTED = (collection_key(""), jobs.KEYS[0][:-1])
"""Beginnings of the keys under which the table `operations` counts; its other rows are of the moment."""

Mend = Callable[[Row, Row | None], Row]
"""A row as it was, and as it is now if it is there -> as it is to be."""


@dataclass
class Tally:
    """What becomes of the rows of a table; `seen` has the digests of their keys."""

    back: int = 0
    changed: int = 0
    removed: int = 0
    same: int = 0
    seen: set[bytes] = field(default_factory=set, repr=False)

    def __str__(self) -> str:
        return f"{self.back} come back, {self.changed} change back, {self.removed} go, {self.same} are as they were"


def unmended(then: Row, now: Row | None) -> Row:
    """The row as it was."""
    del now
    return then


def as_then(wish: Wish, table: Table, rows: Iterable[Row], mend: Mend = unmended) -> Tally:
    """Make a table what it was.

    rows  of that moment
    """
    tally = Tally()
    for some in in_parts(row for row in rows if _belongs(table, row) and not _is_over(table, row)):
        now = read(table, some)
        wanted = {digest(table, row): mend(row, now.get(digest(table, row))) for row in some}
        tally.seen |= wanted.keys()
        others = [key for key, row in wanted.items() if key not in now or not same(row, now[key])]
        tally.back += sum(key not in now for key in others)
        tally.changed += sum(key in now for key in others)
        tally.same += len(some) - len(others)
        write(wish, table, [{"PutRequest": {"Item": wanted[key]}} for key in others])
    keys = (row for row in all_of(table, *_parts(table)) if _belongs(table, row))
    for some in in_parts(row for row in keys if digest(table, row) not in tally.seen):
        tally.removed += len(some)
        write(wish, table, [{"DeleteRequest": {"Key": row}} for row in some])
    return tally


def read(table: Table, rows: Iterable[Row]) -> dict[bytes, Row]:
    """The rows that have the keys of these now, by the digest of their key."""
    name = name_of(table)
    found = read_together({name: [{part: row[part] for part in _parts(table)} for row in rows]})[name]
    return {digest(table, row): row for row in found}


def write(wish: Wish, table: Table, requests: list[dict[str, Any]]) -> None:
    """Make requests of a batch, unless nothing is to be changed."""
    if wish.is_real:
        write_each(name_of(table), requests)


def all_of(table: Table, *only: str) -> Iterator[Row]:
    """All rows of a table, or only some of their attributes."""
    names = {f"#{number}": name for number, name in enumerate(only)}
    projected: Row = {"ProjectionExpression": ", ".join(names), "ExpressionAttributeNames": names} if names else {}
    paginator = client("dynamodb").get_paginator("scan")
    for page in paginator.paginate(TableName=name_of(table), ConsistentRead=True, **projected):
        yield from page["Items"]


def in_parts(rows: Iterable[Row], size: int = TOGETHER) -> Iterator[list[Row]]:
    """Rows by the hundred, which is what DynamoDB reads at once, or by another number."""
    left = iter(rows)
    while some := list(islice(left, size)):
        yield some


def digest(table: Table, row: Row) -> bytes:
    """So much of a key as tells it from all others: those of a whole table are kept."""
    text = "\0".join(row[part]["S"] for part in _parts(table))
    return blake2b(text.encode(), digest_size=16).digest()


def _parts(table: Table) -> tuple[str, ...]:
    return (table.key, table.sort) if table.sort else (table.key,)


def _belongs(table: Table, row: Row) -> bool:
    return table is not OPERATIONS or row[table.key]["S"].startswith(_COUNTED)


def _is_over(table: Table, row: Row) -> bool:
    """Whether DynamoDB would remove it again, as it does some time after what the row itself says."""
    return bool(table.ttl) and table.ttl in row and float(row[table.ttl]["N"]) < clock.now()
