"""DynamoDB: which attributes a batch reads, of each of its tables."""

from __future__ import annotations

import functools
import json
from typing import Any

from infra.local.differences import correction
from infra.local.emulator import iam_actions, iam_evaluator

_TABLES = "tables of a batch"
_BATCH = "dynamodb:BatchGetItem"


@correction(
    title="Grants on attributes in a batch",
    aws="Each table of a BatchGetItem names what is read of it, and that is there for conditions.",
    emulator="It is not, so that a grant on some attributes is refused.",
    names=("core.iam_actions: dynamodb_service_context", "core.iam_evaluator: enforce"),
)
def tell_attributes_of_batches() -> None:
    stock, enforce = iam_actions.dynamodb_service_context, iam_evaluator.enforce

    @functools.wraps(stock)
    def context(body: bytes) -> dict[str, Any]:
        asked = json.loads(body or b"{}").get("RequestItems") or {}
        tables = {name: stock(json.dumps(some).encode()) for name, some in asked.items() if "Keys" in some}
        return stock(body) | ({_TABLES: tables} if tables else {})

    @functools.wraps(enforce)
    def judge(key: str, action: str, service: str, place: str, resource_arn: str = "*", **rest: Any) -> Any:
        told = dict(rest.pop("service_context", None) or {})
        tables = told.pop(_TABLES, {})
        if action == _BATCH:
            told |= tables.get(resource_arn.rpartition("/")[2], {})
        return enforce(key, action, service, place, resource_arn=resource_arn, service_context=told or None, **rest)

    iam_actions.dynamodb_service_context = context
    iam_evaluator.enforce = judge
