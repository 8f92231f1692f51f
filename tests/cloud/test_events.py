"""Patterns, schedules and their targets: what EventBridge refuses, and that nothing gets lost on the way."""

import json
import re
from typing import Any

import pytest

from infra.parts.discovery import events, schedules
from tests.cloud.templates import Placed, Templates, text

ENVELOPE = {"source", "detail-type", "detail", "account", "region", "resources", "time", "version", "id"}
MATCHERS = {"prefix", "suffix", "anything-but", "numeric", "exists", "equals-ignore-case", "wildcard", "cidr"}
PATTERN = 4096
RATE = re.compile(r"rate\((1 (minute|hour|day)|([2-9]|[1-9]\d+) (minutes|hours|days))\)")
NAME = re.compile(r"[\w.-]{1,64}")

EXAMPLES = {
    "on_upload_arrived": {
        "source": "aws.s3",
        "detail-type": "Object Created",
        "detail": {
            "bucket": {"name": "showreel-prod-media-123456789012"},
            "object": {"key": "uploads/0192f0c1-2345-7abc-8def-0123456789ab/source", "size": 5, "version-id": "v1"},
        },
    },
    "on_execution_ended": {
        "source": "aws.states",
        "detail-type": "Step Functions Execution Status Change",
        "detail": {
            "stateMachineArn": "arn:aws:states:eu-central-1:123456789012:stateMachine:showreel-prod-transcode",
            "status": "TIMED_OUT",
        },
    },
}
"""Events as AWS sends them, cut to what patterns look at."""


def rule(cloud: Templates, name: str) -> Placed:
    [found] = [one for one in cloud.of("AWS::Events::Rule") if one.properties["Name"] == cloud.named(name)]
    return found


def resolved(value: Any) -> Any:
    """A pattern without the functions of CloudFormation."""
    if isinstance(value, dict):
        if len(value) == 1 and next(iter(value)) in ("Ref", "Fn::Join", "Fn::GetAtt", "Fn::Sub"):
            return text(value)
        return {key: resolved(inner) for key, inner in value.items()}
    return [resolved(inner) for inner in value] if isinstance(value, list) else value


def check_pattern(pattern: dict[str, Any], path: str = "") -> None:
    """The grammar of event patterns: objects down to lists of values or of one matcher each."""
    assert pattern, f"{path} matches nothing"
    for key, value in pattern.items():
        if isinstance(value, dict):
            check_pattern(value, f"{path}/{key}")
            continue
        assert isinstance(value, list), f"{path}/{key} must be a list"
        assert value, f"{path}/{key} matches nothing"
        for one in value:
            matcher = not isinstance(one, dict) or (len(one) == 1 and one.keys() <= MATCHERS)
            assert matcher, f"{path}/{key}: {one}"


def matches(pattern: Any, event: Any) -> bool:
    """Whether a pattern of the kinds that the product uses matches."""
    if isinstance(pattern, dict):
        return all(key in event and matches(inner, event[key]) for key, inner in pattern.items())
    return any(_is(one, event) for one in pattern)


def _is(wanted: Any, value: Any) -> bool:
    if not isinstance(wanted, dict):
        return bool(wanted == value)
    [(matcher, argument)] = wanted.items()
    compare = {"prefix": str.startswith, "suffix": str.endswith}[matcher]
    return compare(value, argument)


@pytest.mark.parametrize("name", [room.name for room, _ in events()])
def test_pattern_is_valid(cloud: Templates, name: str) -> None:
    made = rule(cloud, name)
    pattern = resolved(made.properties["EventPattern"])
    assert pattern.keys() <= ENVELOPE
    assert {"source", "detail-type"} <= pattern.keys()
    check_pattern(pattern)
    assert "${" not in json.dumps(pattern)
    assert len(json.dumps(pattern)) <= PATTERN
    assert NAME.fullmatch(made.properties["Name"])
    assert made.properties["State"] == "ENABLED"
    assert len(made.properties["Targets"]) <= 5


@pytest.mark.parametrize("name", EXAMPLES)
def test_pattern_matches_what_aws_sends(cloud: Templates, name: str) -> None:
    pattern, event = resolved(rule(cloud, name).properties["EventPattern"]), EXAMPLES[name]
    assert matches(pattern, event)
    for member in event["detail"]:
        other = {**event, "detail": {**event["detail"], member: {"name": "other", "key": "other"}}}
        assert not matches(pattern, other), member


@pytest.mark.parametrize("name", [room.name for room, _ in events()])
def test_event_that_cannot_be_delivered_is_kept(cloud: Templates, name: str) -> None:
    made = rule(cloud, name)
    [target] = made.properties["Targets"]
    assert target["Arn"]["Fn::GetAtt"][0] == cloud.function(name).id
    queue = cloud.find(made.stack, target["DeadLetterConfig"]["Arn"]["Fn::GetAtt"][0])
    policies = [
        one
        for one in cloud.of("AWS::SQS::QueuePolicy")
        if one.stack == made.stack and {"Ref": queue.id} in one.properties["Queues"]
    ]
    allowed = [
        s for policy in policies for s in policy.properties["PolicyDocument"]["Statement"] if s["Effect"] == "Allow"
    ]
    named = [s["Condition"]["ArnEquals"]["aws:SourceArn"]["Fn::GetAtt"][0] for s in allowed]
    assert made.id in named, "EventBridge may not write to the queue"
    permissions = [
        one.properties["SourceArn"]["Fn::GetAtt"][0]
        for one in cloud.of("AWS::Lambda::Permission")
        if one.properties["Principal"] == "events.amazonaws.com"
    ]
    assert permissions.count(made.id) == 1


@pytest.mark.parametrize(("name", "minutes"), [(room.name, schedule.minutes) for room, schedule in schedules()])
def test_schedule_is_valid(cloud: Templates, name: str, minutes: int) -> None:
    [made] = [one for one in cloud.of("AWS::Scheduler::Schedule") if one.properties["Name"] == name]
    expression = made.properties["ScheduleExpression"]
    found = RATE.fullmatch(expression)
    assert found, expression
    amount, unit = re.findall(r"(\d+) (minute|hour|day)", expression)[0]
    assert int(amount) * {"minute": 1, "hour": 60, "day": 1440}[unit] == minutes
    assert made.properties["FlexibleTimeWindow"] == {"Mode": "OFF"}
    assert NAME.fullmatch(made.properties["GroupName"])
    target = made.properties["Target"]
    function = cloud.function(name)
    assert target["Arn"]["Fn::GetAtt"][0] == function.id
    role = cloud.find(made.stack, target["RoleArn"]["Fn::GetAtt"][0])
    [trust] = role.properties["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Condition"]["StringEquals"].keys() == {"aws:SourceAccount", "aws:SourceArn"}
    queue = target["DeadLetterConfig"]["Arn"]["Fn::GetAtt"][0]
    granted = {(grant.action, grant.resource) for grant in cloud.grants(role)}
    assert granted == {("lambda:InvokeFunction", f"${{{function.id}.Arn}}"), ("sqs:SendMessage", f"${{{queue}.Arn}}")}
