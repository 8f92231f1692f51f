"""Last of the journeys: a role is granted what was seen to be used, and nothing was used that it is not granted."""

import json
from collections import defaultdict
from fnmatch import fnmatch
from pathlib import Path

import pytest

from infra.local.stack import LocalStack
from infra.parts.discovery import Room, rooms
from shared.contract.declare import Lane, Step
from shared.contract.derived import needs_of
from shared.contract.needs import Kind, Need
from tests.journeys.traveller import is_whole_run

PATTERNS = {
    Kind.TABLE: "arn:aws:dynamodb:*:table/showreel-dev-{name}",
    Kind.SECRET: "arn:aws:secretsmanager:*:secret:showreel-dev-{name}-*",
    Kind.PARAMETER: "arn:aws:ssm:*:parameter/showreel/dev/{name}",
    Kind.FUNCTION: "arn:aws:lambda:*:function:showreel-dev-{name}",
    Kind.DISTRIBUTION: "arn:aws:cloudfront:*:distribution/*",
    Kind.ACCOUNT: "*",
    Kind.IDENTITY: "arn:aws:ses:*:identity/showreel.example",
    Kind.KEY: "arn:aws:kms:*:key/*",
    Kind.QUEUE: "arn:aws:sqs:*:showreel-dev-{name}",
    Kind.SOCKETS: "arn:aws:execute-api:*/ws",
    Kind.TRANSCRIPTION: "arn:aws:transcribe:*:transcription-job/showreel-dev-{name}-*",
}
LISTS = {"s3:ListBucket", "s3:ListBucketVersions"}
LOGS = {"logs:CreateLogStream", "logs:PutLogEvents"}
LOST = "arn:aws:sqs:*:showreel-dev-lost-records"
"""Where Lambda keeps, in a function's name, what that has given up."""


def pattern(need: Need) -> str:
    """What the ARN of a call must look like for a need to cover it."""
    resource, path = need.resource, need.path
    if need.wildcard:
        return "[*]"
    if resource.kind is Kind.BUCKET:
        bucket = f"arn:aws:s3:::showreel-dev-{resource.name}-*"
        return f"{bucket}?prefix={path}*".replace("?", "[?]") if need.action in LISTS else f"{bucket}/{path}*"
    if resource.kind is Kind.MACHINE:
        kind = path or "stateMachine"
        return f"arn:aws:states:*:{kind}:showreel-dev-{resource.name}" + (":*" if path else "")
    if resource.kind is Kind.SOCKETS:
        return f"{PATTERNS[resource.kind]}/{path}/@connections/*"
    found = PATTERNS[resource.kind].format(name=resource.name)
    return f"{found}/{path}" if path and resource.kind is not Kind.KEY else found


def roles(room: Room) -> list[str]:
    """The roles that a room runs under."""
    lanes = room.declaration.lanes if isinstance(room.declaration, Step) else (Lane.LAMBDA,)
    return [f"showreel-dev-{room.name}" + ("-job" if lane is Lane.BATCH else "") for lane in lanes]


@pytest.fixture(scope="module")
def calls(local_stack: LocalStack) -> dict[str, set[tuple[str, str, bool]]]:
    """Role -> (action, resource, allowed) of all journeys so far."""
    found: dict[str, set[tuple[str, str, bool]]] = defaultdict(set)
    for line in (Path(local_stack.settings.folder) / "recorded_calls.jsonl").read_text().splitlines():
        call = json.loads(line)
        found[call["role"]].add((call["action"], call["resource"], call["allowed"]))
    return found


def test_case_113_nothing_was_denied(calls: dict[str, set[tuple[str, str, bool]]]) -> None:
    denied = [
        (role, action, resource) for role, seen in calls.items() for action, resource, allowed in seen if not allowed
    ]
    assert [call for call in denied if "nobodys-" not in call[2]] == []


@pytest.mark.parametrize("room", rooms(), ids=lambda room: room.name)
def test_nothing_was_used_that_is_not_declared(room: Room, calls: dict[str, set[tuple[str, str, bool]]]) -> None:
    for role in roles(room):
        for action, resource, allowed in calls[role]:
            if (
                not allowed
                or action in LOGS
                or fnmatch(resource, LOST)
                or (role.endswith("-job") and "cdk-" in resource)
            ):
                continue
            covered = [
                need
                for need in needs_of(room.declaration)
                if need.action == action and fnmatch(resource, pattern(need))
            ]
            assert covered, f"{role} used {action} on {resource}"


@pytest.mark.parametrize("room", rooms(), ids=lambda room: room.name)
def test_nothing_is_declared_that_was_not_used(
    room: Room, calls: dict[str, set[tuple[str, str, bool]]], request: pytest.FixtureRequest
) -> None:
    if not is_whole_run(request.session):
        pytest.skip("only a whole run of the journeys says what nobody uses")
    for need in room.declaration.needs:
        if need.unseen:
            continue
        used = [
            role
            for role in roles(room)
            for action, resource, allowed in calls[role]
            if allowed and action == need.action and fnmatch(resource, pattern(need))
        ]
        assert used, f"nothing used {need.action} on {pattern(need)}: declare it unseen with a reason, or drop it"
