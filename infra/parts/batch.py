"""The Batch environment: scales to zero, needs no NAT and no image of our own."""

import hashlib
import re

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
from infra.parts.sizes import ATTEMPTS, JOB_MEMORY, JOB_VCPUS, MAX_VCPUS
from infra.parts.stage import Stage
from shared.base.running import ATTEMPT_SECONDS, EXIT_BAD_INPUT

WAIT_FOR_CAPACITY = cdk.Duration.minutes(20)
MOVES = "Batch jobs start in {}, a tag that may move to other content: name a digest with the setting worker_image"
BOOTSTRAP = ROOT / "layers" / "worker" / "bootstrap.py"


class BatchEnvironment(Construct):
    """Network, compute environments and queue. Instances live in public subnets, take no connections from outside."""

    def __init__(self, scope: Construct, name: str, stage: Stage) -> None:
        """`queue` is where jobs go: Spot first, then on demand."""
        super().__init__(scope, name)
        self._stage = stage
        self._network = self._private_by_rule()
        environments = [self._compute("spot", spot=True), self._compute("on-demand", spot=False)]
        self.queue = batch.JobQueue(
            self,
            "queue",
            job_queue_name=stage.named("cpu"),
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

    def _compute(self, name: str, *, spot: bool) -> batch.ManagedEc2EcsComputeEnvironment:
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
            maxv_cpus=MAX_VCPUS,
            allocation_strategy=strategy.SPOT_PRICE_CAPACITY_OPTIMIZED if spot else strategy.BEST_FIT_PROGRESSIVE,
            use_optimal_instance_classes=False,
            instance_classes=[ec2.InstanceClass.C7G, ec2.InstanceClass.C6G, ec2.InstanceClass.M7G],
            images=[batch.EcsMachineImage(image_type=batch.EcsMachineImageType.ECS_AL2023)],
            launch_template=template,
        )


class Job(Construct):
    """A step as a job definition, in the stack of the machine that names its revision: an export could not change."""

    def __init__(self, scope: Construct, room: Room, stage: Stage, grants: Grants) -> None:
        """`definition` is the job definition; its one parameter is `input`, the step's input as JSON."""
        super().__init__(scope, f"{room.name}-job")
        bundle = assets.Asset(self, "bundle", path=str(stage.bundles / "worker-arm64.zip"))
        role = iam.Role(
            self,
            "role",
            role_name=stage.named(f"{room.name}-job"),
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
            log_group_name=f"/aws/batch/{stage.named(room.name)}",
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
            memory=cdk.Size.mebibytes(JOB_MEMORY),
            command=["python", "-c", BOOTSTRAP.read_text(), room.module, "Ref::input"],
            job_role=role,
            logging=ecs.LogDriver.aws_logs(stream_prefix=room.name, log_group=log_group),
            environment={
                **stage.environment,
                **grants.environment(room.declaration.needs),
                "AWS_DEFAULT_REGION": cdk.Stack.of(self).region,  # all that botocore reads; Batch sets none
                "BUNDLE_BUCKET": bundle.s3_bucket_name,
                "BUNDLE_KEY": bundle.s3_object_key,
                "BUNDLE_SHA256": _sha256(stage),
            },
        )
        self.definition = batch.EcsJobDefinition(
            self,
            "definition",
            job_definition_name=stage.named(room.name),
            container=container,
            parameters={"input": "{}"},
            retry_attempts=ATTEMPTS,
            retry_strategies=[
                batch.RetryStrategy.of(batch.Action.EXIT, batch.Reason.custom(on_exit_code=str(EXIT_BAD_INPUT)))
            ],
            timeout=cdk.Duration.seconds(ATTEMPT_SECONDS),
            propagate_tags=True,
        )
        _keep_revisions(self.definition)


def pinned(image: str) -> bool:
    """Whether an image is named by its content, so that two jobs never start in different ones."""
    return bool(re.search(r"@sha256:[0-9a-f]{64}$", image))


def _keep_revisions(definition: batch.EcsJobDefinition) -> None:
    """Executions under way submit the revision that they began with, so a deployment must not take it away."""
    resource = definition.node.default_child
    assert isinstance(resource, batch.CfnJobDefinition)
    resource.resource_retention_policy = batch.CfnJobDefinition.ResourceRetentionPolicyProperty(
        skip_deregister_on_update=True
    )


def _sha256(stage: Stage) -> str:
    return hashlib.sha256((stage.bundles / "worker-arm64.zip").read_bytes()).hexdigest()
