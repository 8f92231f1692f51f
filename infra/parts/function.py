"""One declared function as a Lambda function: its role, its log group, its layers."""

from dataclasses import dataclass

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sqs as sqs

from infra.parts.discovery import Room
from infra.parts.grants import Grants
from infra.parts.stage import Stage
from shared.contract.declare import Layer
from shared.contract.derived import needs_of

FFMPEG_PATH = "/opt/bin/ffmpeg"
RETENTION = logs.RetentionDays.ONE_MONTH


@dataclass(frozen=True)
class MediaEdge:
    """The distribution that serves media: where its addresses begin, and the id that AWS made up for it."""

    address: str
    distribution_id: str


class Functions:
    """Makes the functions of one stack."""

    def __init__(
        self,
        stack: cdk.Stack,
        stage: Stage,
        edge: MediaEdge | None = None,
        lost: sqs.Queue | None = None,
        key_arn: str = "",
        api_url: str = "",
        origin_digests: str = "",
        streams: dict[str, str] | None = None,
        sockets_id: str = "",
        socket_url: str = "",
    ) -> None:
        """`edge` is told to functions of stacks that make media addresses or invalidate them, `key_arn` to what seals.

        `origin_digests` is told to endpoints of a stage with an edge: what a request must show that came through it.
        `streams` are the ARNs of what functions follow, by table, and `sockets_id` the id of the API whose connections
        they send to; `socket_url` is where clients connect. `lost` takes what functions that nobody awaits were
        asked for in vain; stacks that have such need one.
        """
        self._stack = stack
        self._stage = stage
        self._edge = edge
        self._lost = lost
        self._api_url = api_url
        self._origin_digests = origin_digests
        self._socket_url = socket_url
        self.grants = Grants(stack, stage, edge.distribution_id if edge else "", key_arn, streams, sockets_id)
        self._layers: dict[str, lambda_.LayerVersion] = {}

    def add(self, room: Room) -> lambda_.Function:
        """The function of a room."""
        compute, lost = room.declaration.compute, self._queue_for(room)
        name = self._stage.named(room.name)
        group = logs.LogGroup(
            self._stack,
            f"{room.name}-logs",
            log_group_name=f"/aws/lambda/{name}",
            retention=RETENTION,
            removal_policy=cdk.RemovalPolicy.DESTROY,
        )
        return lambda_.Function(
            self._stack,
            room.name,
            function_name=name,
            description=(room.function.__doc__ or "").partition("\n")[0],
            runtime=lambda_.Runtime.PYTHON_3_13,
            architecture=lambda_.Architecture.ARM_64,
            handler=f"{room.module}.handler",
            code=lambda_.Code.from_asset(str(self._stage.bundles / "code")),
            layers=[self._layer("python"), *(self._layer(layer) for layer in compute.layers)],
            memory_size=compute.memory,
            timeout=cdk.Duration.seconds(compute.seconds),
            ephemeral_storage_size=cdk.Size.mebibytes(compute.scratch),
            role=self._role(room, group, lost),
            log_group=group,
            dead_letter_queue=lost,
            environment=self._variables(room),
        )

    def _queue_for(self, room: Room) -> sqs.Queue | None:
        """Where nobody waits for an answer, a failure leaves no trace without a queue."""
        if room.declaration.is_awaited:
            return None
        if self._lost is None:
            raise ValueError(f"{room.file}: its stack has no queue for what is lost")
        return self._lost

    def _variables(self, room: Room) -> dict[str, str]:
        told = {**self._stage.environment, **self.grants.environment(needs_of(room.declaration))}
        if Layer.FFMPEG in room.declaration.compute.layers:
            told["FFMPEG_PATH"] = FFMPEG_PATH
        if self._api_url:
            told["API_URL"] = self._api_url
        if self._socket_url:
            told["WEBSOCKET_URL"] = self._socket_url
        if self._origin_digests:
            told["ORIGIN_DIGESTS"] = self._origin_digests
        if self._edge:
            told["CDN_BASE_URL"] = self._edge.address
        return told

    def _role(self, room: Room, group: logs.LogGroup, lost: sqs.Queue | None) -> iam.IRole:
        write_logs = iam.PolicyStatement(
            actions=["logs:CreateLogStream", "logs:PutLogEvents"], resources=[f"{group.log_group_arn}"]
        )
        statements = [write_logs, *self.grants.statements(needs_of(room.declaration))]
        if lost:
            statements.append(iam.PolicyStatement(actions=["sqs:SendMessage"], resources=[lost.queue_arn]))
        role = iam.Role(
            self._stack,
            f"{room.name}-role",
            role_name=self._stage.named(room.name),
            assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
            inline_policies={"needs": iam.PolicyDocument(statements=statements)},
        )
        return role.without_policy_updates()  # what is not declared is not granted

    def _layer(self, name: str) -> lambda_.LayerVersion:
        if name not in self._layers:
            self._layers[name] = lambda_.LayerVersion(
                self._stack,
                f"layer-{name}",
                code=lambda_.Code.from_asset(str(self._stage.bundles / "layers" / name)),
                compatible_runtimes=[lambda_.Runtime.PYTHON_3_13],
                compatible_architectures=[lambda_.Architecture.ARM_64],
                description=f"Showreel: {name}",
                removal_policy=cdk.RemovalPolicy.DESTROY,
            )
        return self._layers[name]
