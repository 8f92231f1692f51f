"""Event source mappings: what Lambda does with streams and queues in a function's name, and with batches that fail."""

from __future__ import annotations

import functools
import logging
import time
from collections.abc import Callable
from typing import Any

from infra.local.authz import AccessDeniedError, require
from infra.local.differences import correction
from infra.local.emulator import lambda_svc, provisioners

_LOG = logging.getLogger("local")
_LAMBDA = "lambda.amazonaws.com"
_PAUSE = 0.2
_FOREVER = -1
_ACTIONS = {
    "dynamodb": ("DescribeStream", "GetRecords", "GetShardIterator", "ListStreams"),
    "sqs": ("DeleteMessage", "GetQueueAttributes", "ReceiveMessage"),
}

Records = list[dict[str, Any]]


@correction(
    title="Roles of event source mappings",
    aws="A mapping is made if the function's role may read its stream or queue.",
    emulator="The role is never looked at.",
    names=("services.cloudformation.provisioners: _RESOURCE_HANDLERS[AWS::Lambda::EventSourceMapping]",),
)
def check_sources() -> None:
    handlers = provisioners._RESOURCE_HANDLERS["AWS::Lambda::EventSourceMapping"]
    stock = handlers["create"]

    def create(logical_id: str, properties: dict[str, Any], stack: str) -> Any:
        source = properties["EventSourceArn"]
        service, name = source.split(":")[2], properties["FunctionName"].rpartition(":")[2]
        role = lambda_svc._functions[name]["config"]["Role"]
        for action in _ACTIONS[service]:
            require(role, _LAMBDA, f"{service}:{action}", source)
        return stock(logical_id, properties, stack)

    handlers["create"] = create


@correction(
    title="Batches of a stream that fail",
    aws="Records that are reported as failed, or half of a batch, are tried again, as often as the mapping says; then"
    " the failure destination is told, if the function's role may.",
    emulator="Reports are ignored, so that records get lost; a batch that fails is tried for ever.",
    names=("services.lambda_svc: _execute_function _esms _functions _send_ddb_stream_failure_record",),
)
def try_again() -> None:
    stock = lambda_svc._execute_function

    @functools.wraps(stock)
    def execute(function: Any, event: Any, *args: Any, **kwargs: Any) -> Any:
        records = event.get("Records") if isinstance(event, dict) else None
        source = str(records[0].get("eventSourceARN")) if records and isinstance(records[0], dict) else ""
        mapping = _mapping(source, function) if "/stream/" in source else None
        if mapping is None or records is None:
            return stock(function, event, *args, **kwargs)
        _deliver(mapping, function, records, lambda some: stock(function, {"Records": some}, *args, **kwargs))
        return dict[str, Any]()

    lambda_svc._execute_function = execute


def _mapping(source: str, function: dict[str, Any]) -> dict[str, Any] | None:
    name = function["config"]["FunctionName"]
    found = (one for one in lambda_svc._esms.values() if (one["EventSourceArn"], one["FunctionName"]) == (source, name))
    return next(found, None)


def _deliver(
    mapping: dict[str, Any], function: dict[str, Any], records: Records, invoke: Callable[[Records], Any]
) -> None:
    most = tries = int(mapping.get("MaximumRetryAttempts", _FOREVER))
    while records:
        result = invoke(records)
        done = _done(result, records)
        records = records[done:]
        if records and result.get("error") and len(records) > 1 and mapping.get("BisectBatchOnFunctionError"):
            middle = len(records) // 2
            _deliver(mapping, function, records[:middle], invoke)
            _deliver(mapping, function, records[middle:], invoke)
            return
        if records and not done:
            if not tries:
                _lose(mapping, function, records[:1], result)
                records, tries = records[1:], most
                continue
            tries -= 1
            time.sleep(_PAUSE)


def _done(result: dict[str, Any], records: Records) -> int:
    """How many of the records, from the first, need not come again."""
    if result.get("error"):
        return 0
    body = result.get("body")
    failures = body.get("batchItemFailures") if isinstance(body, dict) else None
    failed = {failure["itemIdentifier"] for failure in failures or []}
    numbers = [record["dynamodb"]["SequenceNumber"] for record in records]
    return min((place for place, number in enumerate(numbers) if number in failed), default=len(records))


def _lose(mapping: dict[str, Any], function: dict[str, Any], records: Records, result: dict[str, Any]) -> None:
    place = ((mapping.get("DestinationConfig") or {}).get("OnFailure") or {}).get("Destination", "")
    try:
        if place:
            require(function["config"]["Role"], _LAMBDA, "sqs:SendMessage", place)
    except AccessDeniedError as exc:
        _LOG.error("a failure destination was refused: %s", exc)
        return
    lambda_svc._send_ddb_stream_failure_record(
        mapping, function, records, mapping["EventSourceArn"], result, "RetryAttemptsExhausted"
    )
