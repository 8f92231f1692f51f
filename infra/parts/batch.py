"""The Batch environment: scales to zero, needs no NAT and no image of our own."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

import aws_cdk as cdk
from aws_cdk import aws_batch as batch
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3_assets as assets
from constructs import Construct

from infra.parts.discovery import ROOT, Room
from infra.parts.function import RETENTION
from infra.parts.grants import Grants
from infra.parts.sizes import (
    ATTEMPTS,
    GPU_JOB_MEMORY,
    GPU_MAX_VCPUS,
    GPU_SIZE,
    JOB_MEMORY,
    JOB_VCPUS,
    MAX_VCPUS,
)
from infra.parts.stage import Stage
from shared.base.running import ATTEMPT_SECONDS, EXIT_BAD_INPUT, EXIT_UNAVAILABLE

WAIT_FOR_CAPACITY = cdk.Duration.minutes(20)
MOVES = "Batch jobs start in {}, a tag that may move to other content: name a digest with the setting worker_image"
GPU_LIBRARIES = {"NVIDIA_DRIVER_CAPABILITIES": "compute,video,utility"}
"""What of the machine's driver is put into the container: libcuda; libnvidia-encode and libnvcuvid; nvidia-smi. A stock
image, which asks for nothing, gets the last of these alone. FFmpeg loads them when it opens the encoder."""
BOOTSTRAP = ROOT / "layers" / "worker" / "bootstrap.py"


@dataclass(frozen=True)
class Machines:
    """The machines of a queue: what they are, how many vCPUs of them at most, the system they start with."""

    max_vcpus: int
    image: batch.EcsMachineImageType
    families: Sequence[ec2.InstanceClass] = ()
    types: Sequence[ec2.InstanceType] = ()


GRAVITON = Machines(
    MAX_VCPUS,
    batch.EcsMachineImageType.ECS_AL2023,
    families=(ec2.InstanceClass.C7G, ec2.InstanceClass.C6G, ec2.InstanceClass.M7G),
)


def with_gpu(family: str) -> Machines:
    """x86_64 machines with one GPU, of one family: encoders of two generations could write other parameter sets."""
    return Machines(
        GPU_MAX_VCPUS,
        batch.EcsMachineImageType.ECS_AL2023_NVIDIA,
        types=(ec2.InstanceType(f"{family}.{GPU_SIZE}"),),
    )


class BatchEnvironment(Construct):
    """Network, compute environments and queues. Instances live in public subnets, take no connections from outside."""

    def __init__(self, scope: Construct, name: str, stage: Stage) -> None:
        """`queue` is where jobs go, Spot first, then on demand; `gpu_queue` likewise, None without GPUs."""
        super().__init__(scope, name)
        self._stage = stage
        self._network = self._private_by_rule()
        self.queue = self._queue("cpu", GRAVITON)
        self.gpu_queue = self._queue("gpu", with_gpu(stage.gpu), prefix="gpu-") if stage.has_gpu else None

    def _queue(self, name: str, machines: Machines, prefix: str = "") -> batch.JobQueue:
        environments = [
            self._compute(f"{prefix}spot", machines, spot=True),
            self._compute(f"{prefix}on-demand", machines, spot=False),
        ]
        return batch.JobQueue(
            self,
            f"{prefix}queue",
            job_queue_name=self._stage.named(name),
            priority=10,
            compute_environments=[
                batch.OrderedComputeEnvironment(compute_environment=environment, order=order)
                for order, environment in enumerate(environments, start=1)
            ],
            job_state_time_limit_actions=[
                batch.JobStateTimeLimitAction(
                    reason=batch.JobStateTimeLimitActionsReason.INSUFFICIENT_INSTANCE_CAPACITY,
                    max_time=WAIT_FOR_CAPACITY,
                )
            ],
        )

    def _private_by_rule(self) -> ec2.Vpc:
        public = ec2.SubnetConfiguration(name="public", subnet_type=ec2.SubnetType.PUBLIC, cidr_mask=20)
        return ec2.Vpc(
            self,
            "network",
            max_azs=2,
            nat_gateways=0,
            subnet_configuration=[public],
            restrict_default_security_group=False,
            gateway_endpoints={
                "s3": ec2.GatewayVpcEndpointOptions(service=ec2.GatewayVpcEndpointAwsService.S3),
                "dynamodb": ec2.GatewayVpcEndpointOptions(service=ec2.GatewayVpcEndpointAwsService.DYNAMODB),
            },
        )

    def _compute(self, name: str, machines: Machines, *, spot: bool) -> batch.ManagedEc2EcsComputeEnvironment:
        template = ec2.LaunchTemplate(
            self,
            f"{name}-template",
            require_imdsv2=True,
            http_put_response_hop_limit=1,
            block_devices=[
                ec2.BlockDevice(
                    device_name="/dev/xvda",
                    volume=ec2.BlockDeviceVolume.ebs(60, encrypted=True, volume_type=ec2.EbsDeviceVolumeType.GP3),
                )
            ],
        )
        strategy = batch.AllocationStrategy
        return batch.ManagedEc2EcsComputeEnvironment(
            self,
            name,
            vpc=self._network,
            vpc_subnets=ec2.SubnetSelection(subnet_type=ec2.SubnetType.PUBLIC),
            spot=spot,
            minv_cpus=0,
            maxv_cpus=machines.max_vcpus,
            allocation_strategy=strategy.SPOT_PRICE_CAPACITY_OPTIMIZED if spot else strategy.BEST_FIT_PROGRESSIVE,
            use_optimal_instance_classes=False,
            instance_classes=[*machines.families],
            instance_types=[*machines.types],
            images=[batch.EcsMachineImage(image_type=machines.image)],
            launch_template=template,
        )


class Job(Construct):
    """A step as a job definition, in the stack of the machine that names its revision: an export could not change."""

    def __init__(self, scope: Construct, room: Room, stage: Stage, grants: Grants, *, has_gpu: bool = False) -> None:
        """`definition` is the job definition; its one parameter is `input`, the step's input as JSON."""
        self.name = f"{room.name}-gpu" if has_gpu else room.name
        super().__init__(scope, f"{self.name}-job")
        archive = stage.bundles / f"worker-{'x86_64' if has_gpu else 'arm64'}.zip"
        bundle = assets.Asset(self, "bundle", path=str(archive))
        role = iam.Role(
            self,
            "role",
            role_name=stage.named(f"{self.name}-job"),
            assumed_by=iam.ServicePrincipal("ecs-tasks.amazonaws.com"),
            inline_policies={"needs": iam.PolicyDocument(statements=grants.statements(room.declaration.needs))},
        )
        # Not this bundle alone: a job that began before a deployment is tried again with the bundle that it began with
        role.add_to_policy(
            iam.PolicyStatement(actions=["s3:GetObject"], resources=[bundle.bucket.arn_for_objects("*.zip")])
        )
        log_group = logs.LogGroup(
            self,
            "logs",
            log_group_name=f"/aws/batch/{stage.named(self.name)}",
            retention=RETENTION,
            removal_policy=cdk.RemovalPolicy.DESTROY,
        )
        if stage.production and not pinned(stage.worker_image):
            cdk.Annotations.of(self).add_warning_v2(f"{stage.named('worker-image')}", MOVES.format(stage.worker_image))
        container = batch.EcsEc2ContainerDefinition(
            self,
            "container",
            image=ecs.ContainerImage.from_registry(stage.worker_image),
            cpu=JOB_VCPUS,
            gpu=1 if has_gpu else None,
            memory=cdk.Size.mebibytes(GPU_JOB_MEMORY if has_gpu else JOB_MEMORY),
            command=["python", "-c", BOOTSTRAP.read_text(), room.module, "Ref::input"],
            job_role=role,
            logging=ecs.LogDriver.aws_logs(stream_prefix=self.name, log_group=log_group),
            environment={
                **stage.environment,
                **grants.environment(room.declaration.needs),
                "AWS_DEFAULT_REGION": cdk.Stack.of(self).region,  # all that botocore reads; Batch sets none
                "BUNDLE_BUCKET": bundle.s3_bucket_name,
                "BUNDLE_KEY": bundle.s3_object_key,
                "BUNDLE_SHA256": hashlib.sha256(archive.read_bytes()).hexdigest(),
                **(GPU_LIBRARIES if has_gpu else {}),
            },
        )
        self.definition = batch.EcsJobDefinition(
            self,
            "definition",
            job_definition_name=stage.named(self.name),
            container=container,
            parameters={"input": "{}"},
            retry_attempts=ATTEMPTS,
            retry_strategies=_retries(has_gpu=has_gpu),
            timeout=cdk.Duration.seconds(ATTEMPT_SECONDS),
            propagate_tags=True,
        )
        _keep_revisions(self.definition)


def pinned(image: str) -> bool:
    """Whether an image is named by its content, so that two jobs never start in different ones."""
    return bool(re.search(r"@sha256:[0-9a-f]{64}$", image))


def _retries(*, has_gpu: bool) -> list[batch.RetryStrategy]:
    """The first rule that fits decides, and without any the job is tried again.

    A machine that is taken away comes first: whatever its job said last, nobody knows how it would have ended.
    """
    hopeless = [EXIT_BAD_INPUT, *([EXIT_UNAVAILABLE] if has_gpu else [])]
    return [
        batch.RetryStrategy.of(batch.Action.RETRY, batch.Reason.SPOT_INSTANCE_RECLAIMED),
        *(batch.RetryStrategy.of(batch.Action.EXIT, batch.Reason.custom(on_exit_code=str(code))) for code in hopeless),
    ]


def _keep_revisions(definition: batch.EcsJobDefinition) -> None:
    """Executions under way submit the revision that they began with, so a deployment must not take it away."""
    resource = definition.node.default_child
    assert isinstance(resource, batch.CfnJobDefinition)
    resource.resource_retention_policy = batch.CfnJobDefinition.ResourceRetentionPolicyProperty(
        skip_deregister_on_update=True
    )
