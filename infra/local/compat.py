"""Corrections of CloudFormation values, of events and of addresses."""

from __future__ import annotations

import contextvars
import functools
import inspect
import json
from collections.abc import Callable
from typing import Any

from infra.local.differences import correction
from infra.local.emulator import app, eventbridge, lambda_svc, provisioners, s3, scheduler, secretsmanager


def _handlers(kind: str) -> dict[str, Any]:
    found: dict[str, Any] = provisioners._RESOURCE_HANDLERS[kind]
    return found


def _camel_cors(properties: Any) -> Any:
    cors = properties.get("CorsConfiguration") if isinstance(properties, dict) else None
    if not isinstance(cors, dict):
        return properties
    return {**properties, "CorsConfiguration": {key[0].lower() + key[1:]: value for key, value in cors.items()}}


@correction(
    title="CORS of an HTTP API made by CloudFormation",
    aws="The preflight answers as configured.",
    emulator="Keys are stored in PascalCase and read in camelCase: every preflight is 403.",
    names=("services.cloudformation.provisioners: _RESOURCE_HANDLERS[AWS::ApiGatewayV2::Api]",),
)
def correct_cors() -> None:
    handlers = _handlers("AWS::ApiGatewayV2::Api")
    for operation in ("create", "update"):
        stock = handlers[operation]
        handlers[operation] = functools.partial(_with_camel_cors, stock)


def _with_camel_cors(stock: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    return stock(*map(_camel_cors, args), **kwargs)


def _secret_name(reference: str) -> str:
    return next((name for name, secret in secretsmanager._secrets.items() if secret["ARN"] == reference), reference)


@correction(
    title="Ref of a secret",
    aws="The secret's ARN.",
    emulator="Its name, so that grants made from it never match.",
    names=(
        "services.cloudformation.provisioners: _RESOURCE_HANDLERS[AWS::SecretsManager::Secret]",
        "services.secretsmanager: _secrets",
    ),
)
def correct_secret_ref() -> None:
    handlers = _handlers("AWS::SecretsManager::Secret")
    create, update, delete = handlers["create"], handlers["update"], handlers["delete"]

    def as_arn(result: tuple[str, dict[str, Any]]) -> tuple[str, dict[str, Any]]:
        return secretsmanager._secrets[result[0]]["ARN"], result[1]

    handlers["create"] = lambda *args, **kwargs: as_arn(create(*args, **kwargs))
    handlers["update"] = lambda ref, *args, **kwargs: as_arn(update(_secret_name(ref), *args, **kwargs))
    handlers["delete"] = lambda ref, properties: delete(_secret_name(ref), properties)


@correction(
    title="Schedules made by CloudFormation",
    aws="Keep their time zone, dates and key; an invalid one fails the stack.",
    emulator="These properties are dropped, a refusal is hidden.",
    names=(
        "services.cloudformation.provisioners: _RESOURCE_HANDLERS[AWS::Scheduler::Schedule]",
        "services.scheduler: _schedules",
    ),
)
def correct_schedules() -> None:
    handlers = _handlers("AWS::Scheduler::Schedule")
    for operation, position in (("create", 1), ("update", 2)):
        handlers[operation] = functools.partial(_make_schedule, handlers[operation], position)


def _make_schedule(stock: Callable[..., Any], position: int, *args: Any, **kwargs: Any) -> Any:
    name, attributes = stock(*args, **kwargs)
    properties = args[position]
    record = scheduler._schedules.get(f"{properties.get('GroupName', 'default')}/{name}")
    if record is None:
        raise ValueError(f"AWS::Scheduler::Schedule {name} was refused")
    kept = ("ScheduleExpressionTimezone", "StartDate", "EndDate", "KmsKeyArn")
    record.update({field: properties[field] for field in kept if field in properties})
    return name, attributes


@correction(
    title="S3 events on EventBridge",
    aws="`detail.object.version-id` is there when the bucket is versioned.",
    emulator="It is missing.",
    names=(
        "services.s3: _fire_s3_event",
        "services.eventbridge: _dispatch_event",
    ),
)
def correct_object_version() -> None:
    version: contextvars.ContextVar[str | None] = contextvars.ContextVar("object_version", default=None)
    fire, dispatch = s3._fire_s3_event, eventbridge._dispatch_event
    signature = inspect.signature(fire)

    @functools.wraps(fire)
    def fire_event(*args: Any, **kwargs: Any) -> None:
        version.set(signature.bind(*args, **kwargs).arguments.get("version_id"))
        fire(*args, **kwargs)

    @functools.wraps(dispatch)
    def dispatch_event(event: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        if event.get("Source") == "aws.s3" and (value := version.get()):
            detail = json.loads(event["Detail"])
            detail["object"]["version-id"] = value
            event = {**event, "Detail": json.dumps(detail)}
        return dispatch(event, *args, **kwargs)

    s3._fire_s3_event, eventbridge._dispatch_event = fire_event, dispatch_event


@correction(
    title="Byte ranges of a version",
    aws="GetObject answers `Range` with 206 also when `versionId` names the version.",
    emulator="It sends the whole version.",
    names=("services.s3: _get_object _parse_range",),
)
def correct_version_ranges() -> None:
    stock = s3._get_object

    @functools.wraps(stock)
    def get_object(bucket: str, key: str, headers: dict[str, str], query: dict[str, Any] | None = None) -> Any:
        status, answer, body = stock(bucket, key, headers, query)
        if status != 200 or "range" not in headers or "versionId" not in (query or {}):
            return status, answer, body
        found = s3._parse_range(headers["range"], len(body))
        if found is None:
            return 416, {"Content-Type": "application/xml", "Content-Range": f"bytes */{len(body)}"}, b""
        first, last = found
        part = body[first : last + 1]
        ranged = {"Content-Length": str(len(part)), "Content-Range": f"bytes {first}-{last}/{len(body)}"}
        return 206, {**answer, **ranged}, part

    s3._get_object = get_object


@correction(
    title="Dead-letter queues of functions made by CloudFormation",
    aws="What an asynchronous invocation could not do after its retries goes to the queue.",
    emulator="The property is dropped.",
    names=(
        "services.cloudformation.provisioners: _RESOURCE_HANDLERS[AWS::Lambda::Function]",
        "services.lambda_svc: _functions",
    ),
)
def correct_dead_letters() -> None:
    handlers = _handlers("AWS::Lambda::Function")
    for operation, position in (("create", 1), ("update", 2)):
        handlers[operation] = functools.partial(_make_function, handlers[operation], position)


def _make_function(stock: Callable[..., Any], position: int, *args: Any, **kwargs: Any) -> Any:
    result = stock(*args, **kwargs)
    if queue := args[position].get("DeadLetterConfig"):
        lambda_svc._functions[result[0]]["config"]["DeadLetterConfig"] = queue
    return result


@correction(
    title="aws:SecureTransport",
    aws="Every endpoint speaks TLS.",
    emulator="Plain HTTP on the loopback interface, which a policy that demands TLS refuses.",
    names=("app: pin_request_origin",),
)
def take_loopback_as_secure() -> None:
    stock = app.pin_request_origin
    app.pin_request_origin = lambda address, _secure: stock(address, True)
