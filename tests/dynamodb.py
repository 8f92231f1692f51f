"""What DynamoDB does and moto does not."""

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
