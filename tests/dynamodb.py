"""What DynamoDB does and moto does not, and how it is told of keys."""

import os
from typing import Any

import pytest

from shared.contract.needs import Table


def know_tokens(monkeypatch: pytest.MonkeyPatch) -> None:
    """A transaction that was made is not made again under the same token; moto ignores tokens."""
    from moto.core.responses import EmptyResult
    from moto.dynamodb.responses import DynamoHandler

    original, made = DynamoHandler.transact_write_items, set[str]()

    def transact_write_items(handler: Any) -> Any:
        token = handler.body["ClientRequestToken"]
        if token in made:
            return EmptyResult()
        answer = original(handler)
        made.add(token)
        return answer

    monkeypatch.setattr(DynamoHandler, "transact_write_items", transact_write_items)


def clear(*names: str) -> None:
    """Empty tables of the test's region at once, behind AWS's back: moto copies all rows at each transaction."""
    from moto.dynamodb.models import dynamodb_backends

    for account in dynamodb_backends.values():
        for name, table in account[os.environ["AWS_DEFAULT_REGION"]].tables.items():
            if name in names:
                table.items.clear()


def indexes(table: Table) -> list[dict[str, Any]]:
    """A table's indexes, as DynamoDB makes them."""
    return [
        {
            "IndexName": index.name,
            "KeySchema": key_schema(index.key, index.sort),
            "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": list(index.projected)}
            if index.projected
            else {"ProjectionType": "KEYS_ONLY"},
        }
        for index in table.indexes
    ]


def key_schema(key: str, sort: str) -> list[dict[str, str]]:
    """The key of a table or an index; `sort` may be ""."""
    parts = [{"AttributeName": key, "KeyType": "HASH"}]
    return [*parts, {"AttributeName": sort, "KeyType": "RANGE"}] if sort else parts
