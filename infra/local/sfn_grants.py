"""Which IAM actions a task of a state machine needs, on which resources."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from infra.local.emulator import account, region

Needed = Iterator[tuple[str, tuple[str, ...]]]
_BATCH_RULE = "rule/StepFunctionsGetEventsForBatchJobsRule"
_IAM_PREFIX = {"sfn": "states"}  # where the SDK's name is not the IAM prefix


def _arn(service: str, resource: str) -> str:
    return resource if resource.startswith("arn:") else f"arn:aws:{service}:{region()}:{account()}:{resource}"


def _named(service: str, kind: str, separator: str, name: str) -> str:
    return name if name.startswith("arn:") else _arn(service, f"{kind}{separator}{name}")


def needed(resource: str, data: dict[str, Any]) -> Needed:
    """(action, resources) that AWS checks with the machine's role before the call of `resource` with `data`."""
    if resource.startswith("arn:aws:lambda:"):
        yield "lambda:InvokeFunction", (resource,)
    if not resource.startswith("arn:aws:states:::"):
        return
    service, _, action = resource.removeprefix("arn:aws:states:::").removesuffix(".waitForTaskToken").partition(":")
    action, _, _ = action.partition(".sync")
    if service == "aws-sdk":
        service, _, action = action.partition(":")
        yield from _sdk(service, action, data)
    elif service in _OPTIMIZED:
        yield from _OPTIMIZED[service](action, data, ".sync" in resource)


def _sdk(service: str, action: str, data: dict[str, Any]) -> Needed:
    arns = tuple(value for value in data.values() if isinstance(value, str) and value.startswith("arn:"))
    if service == "s3" and "Bucket" in data:
        arns = (f"arn:aws:s3:::{data['Bucket']}" + (f"/{data['Key']}" if "Key" in data else ""),)
    elif service == "dynamodb" and "TableName" in data:
        arns = (_named("dynamodb", "table", "/", data["TableName"]),)
    yield f"{_IAM_PREFIX.get(service, service)}:{action[0].upper()}{action[1:]}", arns


def _lambda(_action: str, data: dict[str, Any], _sync: bool) -> Needed:
    yield "lambda:InvokeFunction", (_named("lambda", "function", ":", data.get("FunctionName", "")),)


def _batch(_action: str, data: dict[str, Any], sync: bool) -> Needed:
    definition = _named("batch", "job-definition", "/", data.get("JobDefinition", ""))
    yield "batch:SubmitJob", (definition, _named("batch", "job-queue", "/", data.get("JobQueue", "")))
    if sync:  # AWS checks these when the machine is created
        for action in ("events:PutTargets", "events:PutRule", "events:DescribeRule"):
            yield action, (_arn("events", _BATCH_RULE),)


def _states(_action: str, data: dict[str, Any], _sync: bool) -> Needed:
    yield "states:StartExecution", (data.get("StateMachineArn", ""),)


def _dynamodb(action: str, data: dict[str, Any], _sync: bool) -> Needed:
    yield f"dynamodb:{action[0].upper()}{action[1:]}", (_named("dynamodb", "table", "/", data.get("TableName", "")),)


def _events(_action: str, data: dict[str, Any], _sync: bool) -> Needed:
    buses = {
        _named("events", "event-bus", "/", entry.get("EventBusName", "default")) for entry in data.get("Entries", [])
    }
    yield "events:PutEvents", tuple(buses)


def _sns(_action: str, data: dict[str, Any], _sync: bool) -> Needed:
    yield "sns:Publish", (data.get("TopicArn", "*"),)


def _sqs(_action: str, data: dict[str, Any], _sync: bool) -> Needed:
    yield "sqs:SendMessage", (_arn("sqs", str(data.get("QueueUrl", "")).rpartition("/")[2]),)


_OPTIMIZED = {
    "lambda": _lambda,
    "batch": _batch,
    "states": _states,
    "dynamodb": _dynamodb,
    "events": _events,
    "sns": _sns,
    "sqs": _sqs,
}
