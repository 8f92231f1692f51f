"""What calls to DynamoDB read and write, by AWS's rules: moto answers them, and does not weigh.

A read unit is 4 kB of an item, or of all that a query reads, and twice that where it may be a moment old. A write unit
is 1 kB of an item, before or after, whichever is larger; in a transaction half of that, and a condition on an item
costs the same. Each index has writes of its own.
"""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.client import BaseClient

from shared.contract.needs import Index, Table
from shared.contract.resources import LIMITS, OPERATIONS, TABLES
from tests.aws import real_name
from tests.resources import ACCOUNT, REGION

READ_UNIT, WRITE_UNIT = 4096, 1024
NOW_AND_THEN = {("UpdateItem", real_name(LIMITS)), ("GetItem", real_name(OPERATIONS))}
Item = dict[str, Any]
"""In DynamoDB's JSON."""

_TABLES = {real_name(table): table for table in TABLES}


@dataclass(frozen=True)
class Cost:
    """What calls took; writes of the table of limits are left out.

    queried      items that queries read
    written      items that were written
    write_units  without those of indexes
    """

    calls: int = 0
    queried: int = 0
    read_units: float = 0
    written: int = 0
    write_units: int = 0
    index_units: int = 0

    def __add__(self, other: "Cost") -> "Cost":
        """Of both together."""
        return Cost(
            self.calls + other.calls,
            self.queried + other.queried,
            self.read_units + other.read_units,
            self.written + other.written,
            self.write_units + other.write_units,
            self.index_units + other.index_units,
        )


@contextmanager
def weighing() -> Iterator[list[Cost]]:
    """The costs of all calls that are made meanwhile, but for those that each caller makes now and then.

    These are leases on the general limits, and looks whether the stage is maintained.
    """
    original: Any = getattr(BaseClient, "_make_api_call")  # noqa: B009 - botocore's stubs hide it
    costs: list[Cost] = []

    def make_api_call(client: Any, operation: str, parameters: dict[str, Any]) -> Any:
        if (operation, parameters.get("TableName")) in NOW_AND_THEN:
            return original(client, operation, parameters)
        writes = list(_writes(operation, parameters))
        before = [_row(*write) for write in writes]
        answer = original(client, operation, parameters)
        pairs = [(write[0], old, _row(*write)) for write, old in zip(writes, before, strict=True)]
        costs.append(_cost(operation, parameters, answer, pairs))
        return answer

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseClient, "_make_api_call", make_api_call)
        yield costs


def size(item: Item) -> int:
    """Bytes of an item: names and values."""
    return sum(len(name.encode()) + _value(value) for name, value in item.items())


def _value(value: dict[str, Any]) -> int:
    [(kind, held)] = value.items()
    if kind == "S":
        return len(held.encode())
    if kind == "N":
        return math.ceil(len(held.lstrip("-").replace(".", "")) / 2) + 1
    if kind == "B":
        return len(held)
    if kind in ("SS", "NS"):
        return sum(_value({kind[0]: one}) for one in held)
    if kind == "M":
        return 3 + len(held) + size(held)
    if kind == "L":
        return 3 + len(held) + sum(map(_value, held))
    return 1


def rows(table: Table) -> list[Item]:
    """All items of a table, read behind AWS's back."""
    return [item.to_json()["Attributes"] for item in _backend().tables[real_name(table)].all_items()]


def put(table: Table, item: Item) -> None:
    """Write an item behind AWS's back."""
    _backend().put_item(real_name(table), item)


def _row(table: str, key: Item) -> Item | None:
    found = _backend().get_item(table, key)
    return found.to_json()["Attributes"] if found else None


def _backend() -> Any:
    from moto.dynamodb.models import dynamodb_backends

    return dynamodb_backends[ACCOUNT][REGION]


def _writes(operation: str, parameters: dict[str, Any]) -> Iterator[tuple[str, Item]]:
    """Table and key of all that a call writes, or makes a condition of."""
    if operation == "TransactWriteItems":
        for one in parameters["TransactItems"]:
            [write] = one.values()
            yield write["TableName"], write.get("Key") or _key(write["TableName"], write["Item"])
    elif operation in ("PutItem", "UpdateItem", "DeleteItem"):
        table = parameters["TableName"]
        yield table, parameters.get("Key") or _key(table, parameters["Item"])


def _key(table: str, item: Item) -> Item:
    return {name: item[name] for name in (_TABLES[table].key, _TABLES[table].sort) if name}


def _cost(
    operation: str, parameters: dict[str, Any], answer: Any, pairs: list[tuple[str, Item | None, Item | None]]
) -> Cost:
    if operation == "Query":
        return Cost(1, answer["ScannedCount"], _queried(parameters, answer["Items"]))
    if operation == "BatchGetItem":
        return Cost(1, read_units=sum(map(_batch, *zip(*parameters["RequestItems"].items(), strict=True))))
    if operation == "GetItem":
        found = _row(parameters["TableName"], parameters["Key"])
        return Cost(1, read_units=_units(found, parameters.get("ConsistentRead", False)))
    counted = [pair for pair in pairs if pair[0] != real_name(LIMITS)]
    twice = 2 if operation == "TransactWriteItems" else 1
    return Cost(
        1,
        written=len(counted),
        write_units=sum(twice * _written(old, new) for _, old, new in counted),
        index_units=sum(
            _in_index(_TABLES[table], index, old, new)
            for table, old, new in counted
            for index in _TABLES[table].indexes
        ),
    )


def _queried(parameters: dict[str, Any], items: list[Item]) -> float:
    """Read units of a query that has neither a filter nor a projection, so that it tells what it reads."""
    assert not {"FilterExpression", "ProjectionExpression"} & set(parameters), "weigh what the query read"
    return _rounded(sum(map(size, items)), parameters.get("ConsistentRead", False))


def _batch(table: str, wanted: dict[str, Any]) -> float:
    return sum(_units(_row(table, key), wanted.get("ConsistentRead", False)) for key in wanted["Keys"])


def _units(found: Item | None, consistent: bool) -> float:
    return _rounded(size(found or {}), consistent)


def _rounded(read: int, consistent: bool) -> float:
    return max(1, math.ceil(read / READ_UNIT)) * (1 if consistent else 0.5)


def _written(old: Item | None, new: Item | None) -> int:
    return max(1, *(math.ceil(size(item) / WRITE_UNIT) for item in (old, new) if item), 1)


def _in_indexes(table: Table, old: Item | None, new: Item | None) -> int:
    return sum(_in_index(table, index, old, new) for index in table.indexes)


def _in_index(table: Table, index: Index, old: Item | None, new: Item | None) -> int:
    """Write units of one index: an entry whose key changes is removed and made anew."""
    before, after = (_entry(table, index, item) for item in (old, new))
    if before == after:
        return 0
    keys = {index.key, index.sort}
    if before and after and {name: before.get(name) for name in keys} == {name: after.get(name) for name in keys}:
        return _written(before, after)
    return sum(_written(entry, None) for entry in (before, after) if entry)


def _entry(table: Table, index: Index, item: Item | None) -> Item | None:
    """What an index has of an item; None when it is not in it."""
    keys = {table.key, table.sort, index.key, index.sort} - {""}
    if item is None or not keys <= set(item):
        return None
    return {name: value for name, value in item.items() if name in keys or name in index.projected}
