"""What roles may do: actions that exist, on resources that are named, exactly what is declared."""

import json
import re
from collections import defaultdict
from typing import Any

import botocore.session
import pytest

from infra.parts.discovery import Room, rooms
from shared.contract.declare import Declaration
from shared.contract.derived import needs_of
from shared.contract.needs import STREAM, Kind, Need
from shared.contract.resources import SIGNING_KEYS, WEB_ACL
from tests.cloud.templates import Grant, Placed, Templates

ROLE_POLICIES_BYTES = 10_240
NAME = 64

SERVICES = {"states": "stepfunctions", "cloudwatch": "cloudwatch", "execute-api": "apigatewaymanagementapi"}
"""IAM prefix -> botocore's service, where they differ."""

OPERATIONS = {
    "s3:GetObjectVersion": ("GetObject",),
    "s3:DeleteObjectVersion": ("DeleteObject",),
    "s3:ListBucket": ("ListObjectsV2",),
    "s3:ListBucketVersions": ("ListObjectVersions",),
    "s3:ListMultipartUploadParts": ("ListParts",),
    "dynamodb:ConditionCheckItem": ("TransactWriteItems",),
    "lambda:InvokeFunction": ("Invoke",),
    "execute-api:ManageConnections": ("PostToConnection", "DeleteConnection"),
}
"""Actions that are not named like the operation that asks for them."""

OF_STREAMS = {f"dynamodb:{action}" for action in ("DescribeStream", "GetRecords", "GetShardIterator", "ListStreams")}
"""Actions that botocore has in a service of their own."""

NO_OPERATION = {
    f"logs:{action}": "a permission that services ask for when they deliver logs; nobody calls it"
    for action in (
        "CreateLogDelivery",
        "DeleteLogDelivery",
        "GetLogDelivery",
        "ListLogDeliveries",
        "UpdateLogDelivery",
    )
}

WHOLE = {
    "batch:DescribeJobs": "takes no resource",
    "cloudwatch:GetMetricData": "metrics have no ARN",
    "cloudwatch:ListMetrics": "metrics have no ARN",
    "logs:DescribeLogGroups": "takes no resource here",
    "logs:DescribeResourcePolicies": "takes no resource",
    "logs:PutResourcePolicy": "takes no resource",
    "transcribe:StartTranscriptionJob": "takes no resource, but conditions on where a job writes",
    **NO_OPERATION,
}
"""Actions that may be granted on `*`, and why."""

BELOW = re.compile(
    r"arn:aws:(s3:::[^*]+/[a-z]+/([a-z-]+/)*"  # keys under a prefix
    r"|states:[^*]+:execution:showreel-prod-[a-z]+[:/]"  # executions of one machine, and of its map
    r"|batch:[^*]+:job-definition/showreel-prod-\w+:"  # revisions of one job definition
    r"|batch:[^*]+:job/"  # jobs, whose ids Batch makes up
    r"|transcribe:[^*]+:transcription-job/showreel-prod-words-"  # jobs of ours
    r"|execute-api:[^*]+/ws/(POST|DELETE)/@connections/"  # connections, whose ids API Gateway makes up
    r"|logs:[^*]+|\$\{\w+\.Arn\})\*"
)
"""Resources that may end in a star: everything that one of ours contains."""


def roles(cloud: Templates) -> list[Placed]:
    return cloud.of("AWS::IAM::Role")


def all_grants(cloud: Templates) -> list[tuple[str, Grant]]:
    return [(str(role), grant) for role in roles(cloud) for grant in cloud.grants(role)]


def test_actions_exist(cloud: Templates) -> None:
    session, unknown = botocore.session.get_session(), []
    operations: dict[str, frozenset[str]] = {}
    for action in sorted({grant.action for _, grant in all_grants(cloud)} - NO_OPERATION.keys()):
        prefix, _, name = action.partition(":")
        service = "dynamodbstreams" if action in OF_STREAMS else SERVICES.get(prefix, prefix)
        if service not in operations:
            operations[service] = frozenset(session.get_service_model(service).operation_names)
        if not operations[service].issuperset(OPERATIONS.get(action, (name,))):
            unknown.append(action)
    assert not unknown


BUNDLES = re.compile(r"arn:aws:s3:::cdk-[a-z0-9-]+-assets-[a-z0-9-]+/\*\.zip")
"""The bundles of jobs: one that began before a deployment fetches the one that it began with."""


def test_case_112_nothing_is_granted_on_everything_without_a_reason(cloud: Templates) -> None:
    for role, grant in all_grants(cloud):
        assert "*" not in grant.action, f"{role}: {grant}"
        assert grant.resource != "*" or grant.action in WHOLE, f"{role}: {grant}"
        bundles = BUNDLES.fullmatch(grant.resource) and "job" in str(role)
        if grant.resource != "*" and "*" in grant.resource and not bundles:
            assert BELOW.fullmatch(grant.resource), f"{role}: {grant}"
        assert "?" not in grant.resource.removesuffix("-??????"), f"{role}: {grant}"


def test_every_reason_is_needed(cloud: Templates) -> None:
    used = {grant.action for _, grant in all_grants(cloud) if grant.resource == "*"}
    assert used == WHOLE.keys()


def test_roles_fit(cloud: Templates) -> None:
    for role in roles(cloud):
        policies = list(cloud.policies(role))
        size = sum(len(re.sub(r"\s", "", json.dumps(policy))) for policy in policies)
        assert size <= ROLE_POLICIES_BYTES, f"{role}: {size}"
        assert len(str(role.properties.get("RoleName", ""))) <= NAME
        managed = json.dumps(role.properties.get("ManagedPolicyArns", []))
        assert managed == "[]" or "AmazonEC2ContainerServiceforEC2Role" in managed or LOGS in managed, role


LOGS = "AmazonAPIGatewayPushToCloudWatchLogs"

USERS = {
    "AWS::ApiGateway::Account": (("CloudWatchRoleArn",), "apigateway"),
    "AWS::Lambda::Function": (("Role",), "lambda"),
    "AWS::Scheduler::Schedule": (("Target", "RoleArn"), "scheduler"),
    "AWS::StepFunctions::StateMachine": (("RoleArn",), "states"),
    "AWS::Batch::JobDefinition": (("ContainerProperties", "JobRoleArn"), "ecs-tasks"),
    "AWS::IAM::InstanceProfile": (("Roles", 0), "ec2"),
}
"""Where a resource of each type names its role, and the service that works with it."""


def users(cloud: Templates) -> dict[tuple[str, str], set[str]]:
    """(stack, role) -> the services that what names it belongs to."""
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for kind, (path, service) in USERS.items():
        for one in cloud.of(kind):
            named: Any = one.properties
            for step in path:
                named = named[step]
            found[one.stack, named.get("Ref") or named["Fn::GetAtt"][0]].add(f"{service}.amazonaws.com")
    for one in cloud.of("AWS::Batch::JobDefinition"):
        execution = one.properties["ContainerProperties"]["ExecutionRoleArn"]["Fn::GetAtt"][0]
        found[one.stack, execution].add("ecs-tasks.amazonaws.com")
    return found


def test_roles_are_assumed_by_the_service_that_works_with_them(cloud: Templates) -> None:
    working = users(cloud)
    for role in roles(cloud):
        [statement] = role.properties["AssumeRolePolicyDocument"]["Statement"]
        assert (statement["Effect"], statement["Action"]) == ("Allow", "sts:AssumeRole")
        [service] = working[role.stack, role.id]
        assert statement["Principal"] == {"Service": service}, role


PLACE = "eu-central-1:123456789012"
ARNS = {
    Kind.TABLE: f"arn:aws:dynamodb:{PLACE}:table/{{name}}",
    Kind.SECRET: f"arn:aws:secretsmanager:{PLACE}:secret:{{name}}-??????",
    Kind.PARAMETER: f"arn:aws:ssm:{PLACE}:parameter/showreel/{{stage}}/{{short}}",
    Kind.MACHINE: f"arn:aws:states:{PLACE}:stateMachine:{{name}}",
    Kind.FUNCTION: f"arn:aws:lambda:{PLACE}:function:{{name}}",
    Kind.BUCKET: "arn:aws:s3:::{name}-123456789012",
    Kind.DISTRIBUTION: "arn:aws:cloudfront::123456789012:distribution/(ours)",
    Kind.ACCOUNT: "*",
    Kind.IDENTITY: f"arn:aws:ses:{PLACE}:identity/showreel.example",
    Kind.KEY: "(the sealing key)",
    Kind.QUEUE: f"arn:aws:sqs:{PLACE}:{{name}}",
    Kind.SOCKETS: f"arn:aws:execute-api:{PLACE}:(the sockets)/ws",
    Kind.TRANSCRIPTION: f"arn:aws:transcribe:{PLACE}:transcription-job/{{name}}-*",
}
STARTS_TRANSCRIPTION = "transcribe:StartTranscriptionJob"
ON_THE_BUCKET = ("s3:ListBucket", "s3:ListBucketVersions")


def arn(cloud: Templates, need: Need) -> str:
    """The resource that a need is to be granted on, from the rules of each service."""
    resource, name = need.resource, cloud.named(need.resource.name)
    if need.action == STARTS_TRANSCRIPTION:
        return "*"
    whole = ARNS[resource.kind].format(name=name, stage=cloud.stage, short=resource.name)
    if resource == WEB_ACL:
        return whole.replace("eu-central-1", "us-east-1")
    if resource.kind is Kind.BUCKET:
        return whole if need.action in ON_THE_BUCKET else f"{whole}/{need.path}*"
    if resource.kind is Kind.KEY:
        return whole
    if need.path == STREAM:
        return f"(the stream of {resource.name})"
    if resource.kind is Kind.MACHINE and need.path:
        return f"arn:aws:states:{PLACE}:{need.path}:{name}:*"
    if resource.kind is Kind.SOCKETS:
        return f"{whole}/{need.path}/@connections/*"
    return f"{whole}/{need.path}" if need.path else whole


def conditions(need: Need, needs: tuple[Need, ...]) -> str:
    """Lists of a bucket are granted for the prefixes that are needed, reads of some attributes for those alone."""
    if need.action == STARTS_TRANSCRIPTION:
        bucket = {"Fn::Join": ["", ["showreel-prod-media-", {"Ref": "AWS::AccountId"}]]}
        return json.dumps(
            {
                "StringEquals": {"transcribe:OutputBucketName": bucket},
                "StringLike": {"transcribe:OutputKey": "work/*"},
            }
        )
    if need.attributes:
        named = {"ForAllValues:StringEquals": {"dynamodb:Attributes": list(need.attributes)}}
        return json.dumps({**named, "StringEqualsIfExists": {"dynamodb:Select": "SPECIFIC_ATTRIBUTES"}})
    if need.resource.kind is Kind.KEY:
        return json.dumps({"StringEquals": {"kms:EncryptionContext:purpose": need.path}})
    if need.action not in ON_THE_BUCKET:
        return ""
    prefixes = sorted(
        {f"{other.path}*" for other in needs if (other.resource, other.action) == (need.resource, need.action)}
    )
    return json.dumps({"StringLike": {"s3:prefix": prefixes}})


def expected(cloud: Templates, declaration: Declaration, needs: tuple[Need, ...]) -> set[Grant]:
    found = {Grant(need.action, arn(cloud, need), conditions(need, needs)) for need in needs}
    if not declaration.is_awaited:
        found.add(Grant("sqs:SendMessage", "(the stack's queue)"))
    return found


def known(cloud: Templates, role: Placed, grant: Grant) -> Grant:
    """A grant whose resource stands for what the template refers to."""
    resource = grant.resource
    if found := re.fullmatch(r"\$\{(\w+)\.Arn\}", resource):
        made = cloud.find(role.stack, found[1])
        if made.type == "AWS::SQS::Queue":
            assert made.properties["QueueName"].startswith(cloud.named("lost-"))
            resource = "(the stack's queue)"
        elif made.type == "AWS::Logs::LogGroup":
            resource = f"(log group {made.properties['LogGroupName']})"
    distribution = r"distribution/showreel-prod-media:ExportsOutputRefdistribution\w+"
    key = r"showreel-prod-data:ExportsOutputFnGetAttsealing\w+Arn\w+"
    api = r"showreel-prod-sockets-id|\$\{sockets\w+\}"
    resource = re.sub(rf"(?<=:)({api})(?=/ws/)", "(the sockets)", resource)
    resource = "(the sealing key)" if re.fullmatch(key, resource) else resource
    if found := re.fullmatch(
        r"showreel-prod-data:ExportsOutputFnGetAtt(\w+?)[0-9A-F]{8}StreamArn[0-9A-F]{8}", resource
    ):
        resource = f"(the stream of {found[1]})"
    return Grant(grant.action, re.sub(distribution, "distribution/(ours)", resource), grant.conditions)


@pytest.mark.parametrize("room", rooms(), ids=lambda room: room.name)
def test_case_112_role_is_exactly_what_its_function_needs(cloud: Templates, room: Room) -> None:
    function = cloud.function(room.name)
    role = cloud.role_of(function)
    sharing = [one for one in cloud.of("AWS::Lambda::Function") if cloud.role_of(one) == role]
    assert sharing == [function]
    logs = f"(log group /aws/lambda/{cloud.named(room.name)})"
    own = {Grant("logs:CreateLogStream", logs), Grant("logs:PutLogEvents", logs)}
    granted = {known(cloud, role, grant) for grant in cloud.grants(role)}
    assert granted == own | expected(cloud, room.declaration, needs_of(room.declaration))


def test_only_issuers_and_those_who_make_the_keys_read_what_signs_tokens(cloud: Templates) -> None:
    keys = f"{PLACE}:secret:{cloud.named(SIGNING_KEYS.name)}"
    readers = {
        str(role.properties.get("RoleName", role)).removeprefix(cloud.named(""))
        for role in roles(cloud)
        for grant in cloud.grants(role)
        if keys in grant.resource and grant.action == "secretsmanager:GetSecretValue"
    }
    issuers = {"register_account", "log_in", "refresh_tokens", "issue_service_token"}
    issuers |= {"log_in_creator", "renew_session", "finish_provider_login", "impersonate_user"}
    assert readers == issuers | {"prepare_stage", "rotate_signing_keys"}
    declared = {room.name for room in rooms() if SIGNING_KEYS.read in needs_of(room.declaration)}
    assert declared <= readers
