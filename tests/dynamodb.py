"""What DynamoDB does and moto does not."""

import os
from typing import Any

import pytest


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
