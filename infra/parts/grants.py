"""From declared needs to IAM statements and environment variables. Exact actions, exact resources, nothing else."""

from collections import defaultdict
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_iam as iam

from infra.parts.stage import Stage
from shared.contract.needs import STREAM, Kind, Need, Parameter, Resource
from shared.contract.resources import MEDIA, SEALING

_ARN = {
    Kind.TABLE: ("dynamodb", "table", cdk.ArnFormat.SLASH_RESOURCE_NAME),
    Kind.PARAMETER: ("ssm", "parameter", cdk.ArnFormat.SLASH_RESOURCE_NAME),
    Kind.MACHINE: ("states", "stateMachine", cdk.ArnFormat.COLON_RESOURCE_NAME),
    Kind.IDENTITY: ("ses", "identity", cdk.ArnFormat.SLASH_RESOURCE_NAME),
    Kind.FUNCTION: ("lambda", "function", cdk.ArnFormat.COLON_RESOURCE_NAME),
}
SOCKETS_STAGE = "ws"
"""The stage of the WebSocket API, which its address ends with."""

_LISTS = {"s3:ListBucket", "s3:ListBucketVersions"}
_TRANSCRIBES = "transcribe:StartTranscriptionJob"


class Grants:
    """How the needs of a stage's functions become grants. Names are deterministic, so that no stack exports any."""

    def __init__(
        self,
        stack: cdk.Stack,
        stage: Stage,
        distribution_id: str = "",
        key_arn: str = "",
        streams: dict[str, str] | None = None,
        sockets_id: str = "",
    ) -> None:
        """`stack` is where ARNs are built: its account and region are the stage's.

        AWS makes up the ids of a distribution and of the WebSocket API, the ARN of a key and those of `streams`, by
        table.
        """
        self._stack, self._distribution_id, self._sockets_id = stack, distribution_id, sockets_id
        self._made_up = {SEALING.name: key_arn, **(streams or {})}
        self._stage = stage

    def real_name(self, resource: Resource) -> str:
        """The name by which AWS knows a resource."""
        if resource.kind is Kind.BUCKET:
            return f"{self._stage.named(resource.name)}-{self._stack.account}"
        if resource.kind in (Kind.DISTRIBUTION, Kind.KEY):
            return self._distribution_id if resource.kind is Kind.DISTRIBUTION else self._made_up[resource.name]
        if resource.kind is Kind.IDENTITY:
            return self._stage.mail_identity
        if resource.kind is Kind.PARAMETER:
            return "/" + self._stage.named(resource.name).replace("-", "/", 2)
        return self._stage.named(resource.name)

    def value_at_deployment(self, parameter: Parameter) -> str:
        """What CloudFormation finds in a parameter whenever it deploys the stack, so that nobody has to ask for it."""
        kind = "AWS::SSM::Parameter::Value<String>"
        name = self.real_name(parameter)
        return cdk.CfnParameter(self._stack, parameter.name, type=kind, default=name).value_as_string

    def arn(self, need: Need) -> str:
        """The ARN of what a need is about, its path included."""
        resource, path = need.resource, need.path
        if resource.kind is Kind.BUCKET:
            bucket = f"arn:{self._stack.partition}:s3:::{self.real_name(resource)}"
            return bucket if need.action in _LISTS else f"{bucket}/{path}*"
        if resource.kind is Kind.SECRET:
            name = f"{self.real_name(resource)}-??????"
            return self._format("secretsmanager", "secret", name, cdk.ArnFormat.COLON_RESOURCE_NAME)
        if resource.kind is Kind.MACHINE and path:
            return self._format("states", path, f"{self.real_name(resource)}:*", cdk.ArnFormat.COLON_RESOURCE_NAME)
        if resource.kind is Kind.DISTRIBUTION:
            return f"arn:{self._stack.partition}:cloudfront::{self._stack.account}:distribution/{self._distribution_id}"
        if need.wildcard or resource.kind is Kind.KEY or path == STREAM:
            return "*" if need.wildcard else self._made_up[resource.name]
        if resource.kind is Kind.TRANSCRIPTION:
            name = f"{self.real_name(resource)}-*"
            return self._format("transcribe", "transcription-job", name, cdk.ArnFormat.SLASH_RESOURCE_NAME)
        if resource.kind in (Kind.QUEUE, Kind.SOCKETS):
            return self._in_no_folder(need)
        service, kind, form = _ARN[resource.kind]
        region = resource.region if isinstance(resource, Parameter) else ""
        arn = self._format(service, kind, self.real_name(resource).lstrip("/"), form, region)
        return f"{arn}/{path}" if path else arn

    def _in_no_folder(self, need: Need) -> str:
        """ARNs that name no sort of resource."""
        if need.resource.kind is Kind.QUEUE:
            return self._stack.format_arn(service="sqs", resource=self.real_name(need.resource))
        connections = f"{self._sockets_id}/{SOCKETS_STAGE}/{need.path}/@connections/*"
        return self._stack.format_arn(service="execute-api", resource=connections)

    def _format(self, service: str, kind: str, name: str, form: cdk.ArnFormat, region: str = "") -> str:
        return self._stack.format_arn(
            service=service, resource=kind, resource_name=name, arn_format=form, region=region or None
        )

    def statements(self, needs: tuple[Need, ...]) -> list[iam.PolicyStatement]:
        """One statement for each resource, its actions sorted; lists of a bucket carry a condition on the prefix.

        Transcriptions carry one on where they write, data keys on what they are for, reads of some attributes on those.
        """
        actions: dict[str, set[str]] = defaultdict(set)
        listed: dict[tuple[str, str], set[str]] = defaultdict(set)
        written: list[iam.PolicyStatement] = []
        for need in needs:
            if need.action == _TRANSCRIBES or need.resource.kind is Kind.KEY or need.attributes:
                written.append(self._narrowed(need))
            elif need.resource.kind is Kind.IDENTITY and not self._stage.mail_from:
                continue
            elif need.action in _LISTS:
                listed[self.arn(need), need.action].add(need.path)
            else:
                actions[self.arn(need)].add(need.action)
        plain = [
            iam.PolicyStatement(actions=sorted(several), resources=[arn]) for arn, several in sorted(actions.items())
        ]
        lists = [
            iam.PolicyStatement(
                actions=[action],
                resources=[arn],
                conditions={"StringLike": {"s3:prefix": sorted(f"{prefix}*" for prefix in prefixes)}},
            )
            for (arn, action), prefixes in sorted(listed.items())
        ]
        return [*plain, *lists, *written]

    def _narrowed(self, need: Need) -> iam.PolicyStatement:
        """Transcription jobs have no ARN before they are there, data keys none at all; attributes are no resources."""
        conditions: dict[str, Any] = {"StringEquals": {"kms:EncryptionContext:purpose": need.path}}
        if need.action == _TRANSCRIBES:
            place = {"transcribe:OutputBucketName": self.real_name(MEDIA)}
            conditions = {"StringEquals": place, "StringLike": {"transcribe:OutputKey": "work/*"}}
        if need.attributes:  # whoever may read some must name them, so that nobody gets the whole item
            conditions = {
                "ForAllValues:StringEquals": {"dynamodb:Attributes": list(need.attributes)},
                "StringEqualsIfExists": {"dynamodb:Select": "SPECIFIC_ATTRIBUTES"},
            }
        return iam.PolicyStatement(actions=[need.action], resources=[self.arn(need)], conditions=conditions)

    def environment(self, needs: tuple[Need, ...]) -> dict[str, str]:
        """The real names of what the needs are about: ARNs of machines, addresses of queues and sockets, else names."""
        found: dict[str, str] = {}
        for need in needs:
            resource = need.resource
            if resource.kind is Kind.MACHINE:
                found[resource.variable] = self.arn(Need(resource, "states:StartExecution"))
            elif resource.kind is Kind.QUEUE:
                where = f"https://sqs.{self._stack.region}.{self._stack.url_suffix}/{self._stack.account}"
                found[resource.variable] = f"{where}/{self.real_name(resource)}"
            elif resource.kind is Kind.SOCKETS:
                host = f"{self._sockets_id}.execute-api.{self._stack.region}.{self._stack.url_suffix}"
                found[resource.variable] = f"https://{host}/{SOCKETS_STAGE}"
            elif resource.kind is not Kind.ACCOUNT:
                found[resource.variable] = self.real_name(resource)
        return found
