"""Role checks that the emulator leaves out: what a *service* does with the role it was given.

IAM is enforced on requests that arrive over HTTP. Step Functions, EventBridge, Scheduler and Batch run inside the
emulator and skip it; here each of them opens a session of its role and asks the same evaluator.
"""

from __future__ import annotations

import contextvars
import functools
import json
import logging
import secrets
import time
from typing import Any

from infra.local.differences import correction
from infra.local.emulator import account, app, eventbridge, iam_actions, iam_evaluator, region, responses, sts
from infra.local.emulator import iam as iam_service

_LOG = logging.getLogger("local")
_TARGET_ACTIONS = {
    "states": "states:StartExecution",
    "lambda": "lambda:InvokeFunction",
    "sqs": "sqs:SendMessage",
    "sns": "sns:Publish",
    "events": "events:PutEvents",
}


#: the machine that waits for each task token
waiting: dict[str, str] = {}


class AccessDeniedError(Exception):
    """The role lacks the permission, or does not trust the service."""


def open_session(role_arn: str, service: str, name: str, seconds: float) -> dict[str, str]:
    """Assume `role_arn` as `service` (such as ecs-tasks.amazonaws.com): credentials, as environment variables."""
    role_name, owner, label = role_arn.rsplit("/", 1)[-1], account(), name[:64]
    role = iam_service._roles.get_scoped(owner, None, role_name)
    if role is None:
        raise AccessDeniedError(f"role {role_arn} does not exist")
    if not _trusts(role.get("AssumeRolePolicyDocument") or {}, service):
        raise AccessDeniedError(f"{service} is not trusted by {role_arn}")
    key, secret, token = f"ASIA{secrets.token_hex(8).upper()}", secrets.token_urlsafe(30), secrets.token_urlsafe(120)
    session = {
        "Arn": f"arn:aws:sts::{owner}:assumed-role/{role_name}/{label}",
        "UserId": f"{role_name}:{label}",
        "SecretAccessKey": secret,
        "SessionToken": token,
        "Expiration": time.time() + seconds,
    }
    sts.register_session(key, session)
    return {"AWS_ACCESS_KEY_ID": key, "AWS_SECRET_ACCESS_KEY": secret, "AWS_SESSION_TOKEN": token}


def end_session(credentials: dict[str, str]) -> None:
    sts._sessions.pop(credentials.get("AWS_ACCESS_KEY_ID", ""), None)


def require(role_arn: str, service: str, action: str, *resources: str) -> None:
    """Raise AccessDeniedError unless the role, assumed by `service`, may do `action` on every one of `resources`."""
    if not role_arn:
        return
    credentials = open_session(role_arn, service, "service-call", 60)
    try:
        for resource in resources or ("*",):
            # a fresh context: the caller's thread may carry the pinned signature of an unrelated request
            asked = (credentials["AWS_ACCESS_KEY_ID"], action, resource, account(), region())
            if contextvars.Context().run(_denied, *asked):
                raise AccessDeniedError(f"{role_arn} is not authorized to perform: {action} on resource: {resource}")
    finally:
        end_session(credentials)


def _denied(key: str, action: str, resource: str, owner: str, place: str) -> bool:
    responses.set_request_account_id(owner)
    responses.set_request_region(place)
    iam_evaluator.pin_request_origin("127.0.0.1", True)  # services of AWS talk to one another by TLS
    service = action.partition(":")[0]
    return iam_evaluator.enforce(key, action, service, place, resource_arn=resource) is not None


def _trusts(document: str | dict[str, Any], service: str) -> bool:
    statements = (json.loads(document) if isinstance(document, str) else document).get("Statement", [])
    for statement in statements if isinstance(statements, list) else [statements]:
        principals = statement.get("Principal", {})
        names = principals.get("Service", []) if isinstance(principals, dict) else []
        if statement.get("Effect") == "Allow" and service in ([names] if isinstance(names, str) else names):
            return True
    return False


def _check_target(target: dict[str, Any], rule: dict[str, Any]) -> None:
    arn, role = target.get("Arn", ""), target.get("RoleArn", "")
    scheduled = "ScheduleExpression" in rule and "FlexibleTimeWindow" in rule
    action = _TARGET_ACTIONS.get(arn.split(":")[2] if arn.count(":") > 2 else "")
    needs_role = scheduled or action == "states:StartExecution"
    if action is None or not (role or needs_role):
        return
    if not role:
        raise AccessDeniedError(f"target {arn} has no role")
    require(role, "scheduler.amazonaws.com" if scheduled else "events.amazonaws.com", action, arn)


@correction(
    title="Roles of EventBridge targets and of schedules",
    aws="The target's role must trust the service and allow the call.",
    emulator="The role is never looked at.",
    names=(
        "services.eventbridge: _invoke_target",
        "core.iam_evaluator: enforce",
        "services.sts: register_session _sessions",
        "services.iam: _roles",
    ),
)
def check_targets() -> None:
    invoke = eventbridge._invoke_target

    @functools.wraps(invoke)
    def invoke_target(target: dict[str, Any], event: dict[str, Any], rule: dict[str, Any], view: Any = None) -> Any:
        try:
            _check_target(target, rule)
        except AccessDeniedError as exc:
            _LOG.error("an EventBridge target was refused: %s", exc)
            return None
        return invoke(target, event, rule, view)

    eventbridge._invoke_target = invoke_target


def _batch_resource(body: bytes) -> str:
    data = json.loads(body or b"{}")
    for field, kind in (("jobQueue", "job-queue"), ("jobDefinition", "job-definition"), ("jobId", "job")):
        if value := data.get(field):
            prefix = f"arn:aws:batch:{region()}:{account()}:{kind}/"
            return str(value) if value.startswith("arn:") else prefix + str(value)
    return "*"


def _waiting_machine(body: bytes) -> str:
    return waiting.get(json.loads(body or b"{}").get("taskToken", ""), "*")


@correction(
    title="Scoped grants on Batch and on task tokens",
    aws="A request is authorized on the queue, definition or job it names, a token's on the machine that waits for it.",
    emulator="Always on `*`, so that a scoped grant is refused.",
    names=("core.iam_actions: extract_resource_arn",),
)
def scope_grants() -> None:
    stock = iam_actions.extract_resource_arn

    @functools.wraps(stock)
    def extract(service: str, method: str, path: str, headers: Any, body: bytes, *rest: Any) -> str:
        if service == "batch":
            return _batch_resource(body)
        if service == "states" and ".SendTask" in headers.get("x-amz-target", ""):
            return _waiting_machine(body)
        return str(stock(service, method, path, headers, body, *rest))

    iam_actions.extract_resource_arn = extract
    if hasattr(app, "extract_resource_arn"):
        app.extract_resource_arn = extract


@correction(
    title="DeleteObjects with versions",
    aws="Each entry that names a version needs s3:DeleteObjectVersion.",
    emulator="The first entry always needs s3:DeleteObject.",
    names=("core.iam_actions: extract_iam_action", "core.iam_actions: _s3_batch_delete_targets"),
)
def check_versions_deleted() -> None:
    stock = iam_actions.extract_iam_action

    @functools.wraps(stock)
    def extract(service: str, method: str, path: str, headers: Any, body: bytes, query: Any) -> str | None:
        action: str | None = stock(service, method, path, headers, body, query)
        if action != "s3:DeleteObject" or method != "POST" or "delete" not in query:
            return action
        targets = iam_actions._s3_batch_delete_targets("", body)
        return "s3:DeleteObjectVersion" if targets and targets[0][1] else action

    iam_actions.extract_iam_action = extract
    if hasattr(app, "extract_iam_action"):
        app.extract_iam_action = extract
