"""The Batch environment: what Batch and ECS refuse, that it scales to nothing, and that nobody gets in."""

import json
import os
import re
from pathlib import Path

import pytest

from infra.local.batch.attempts import EXITED, Outcome
from infra.local.batch.jobs import should_retry
from infra.local.cfn_batch import camel
from infra.parts.discovery import ROOT, steps
from infra.parts.sizes import ATTEMPTS, JOB_MEMORY, JOB_VCPUS
from shared.base import aws
from shared.base.running import EXIT_BAD_INPUT
from shared.contract.declare import Lane
from shared.contract.resources import RENDER, TRANSCODE
from tests.cloud.templates import Grant, Placed, Templates, text
from tests.cloud.test_iam import SERVICES, arn, conditions

BOOTSTRAP = ROOT / "layers" / "worker" / "bootstrap.py"
OVERRIDES = 8192
"""Characters of a task's overrides, of which the command with its parameters filled in is one (ECS, RunTask)."""

SUBMITTED = 30 * 1024
JOB_NAME = re.compile(r"[A-Za-z0-9][\w-]{0,127}")


JOBS = {
    room.name: room for machine in (TRANSCODE, RENDER) for room, step in steps(machine.name) if Lane.BATCH in step.lanes
}
"""The steps that also run on Batch."""


@pytest.fixture(params=JOBS)
def definition(cloud: Templates, request: pytest.FixtureRequest) -> Placed:
    made = cloud.of("AWS::Batch::JobDefinition")
    [found] = [one for one in made if one.properties["JobDefinitionName"] == cloud.named(request.param)]
    return found


def longest_input() -> str:
    """The step's input with everything as long as AWS lets it be."""
    machine = "arn:aws:states:ap-southeast-2:123456789012:execution:showreel-staging-transcode"
    video = {"video_id": "v" * 36, "upload_version": "u" * 1024, "size": 2**40}
    plan = {"hash": "f" * 64, "lane": "batch"}
    return json.dumps({"video": video, "execution": f"{machine}:{'x' * 80}", "plan": plan})


def test_every_step_of_the_batch_lane_is_a_job(cloud: Templates) -> None:
    names = [one.properties["JobDefinitionName"] for one in cloud.of("AWS::Batch::JobDefinition")]
    assert sorted(names) == sorted(cloud.named(name) for name in JOBS)
    assert all(JOB_NAME.fullmatch(name) for name in names)


def test_command_fits_into_a_task(definition: Placed) -> None:
    container = definition.properties["ContainerProperties"]
    assert definition.properties["Parameters"].keys() == {"input"}
    assert container["Command"][-1] == "Ref::input"
    assert not [word for word in container["Command"][:-1] if "Ref::" in word]
    command = [*container["Command"][:-1], longest_input()]
    extra = [
        {"name": f"AWS_BATCH_{name}", "value": "x" * 80} for name in ("JOB_ID", "JQ_NAME", "CE_NAME", "JOB_ATTEMPT")
    ]
    overrides = {"containerOverrides": [{"name": "default", "command": command, "environment": extra}]}
    assert len(json.dumps(overrides)) <= OVERRIDES
    assert len(longest_input().encode()) <= SUBMITTED // 4


def test_environment_has_no_reserved_name(definition: Placed) -> None:
    environment = definition.properties["ContainerProperties"]["Environment"]
    names = [one["Name"] for one in environment]
    assert len(names) == len(set(names))
    assert not [name for name in names if name.startswith(("AWS_BATCH", "AWS_CONTAINER", "ECS_"))]
    assert all(text(one["Value"]) for one in environment), "Batch refuses an empty value"


def test_job_opens_its_clients_under_what_it_is_told(
    definition: Placed, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Lambda sets a region by itself, Batch does not."""
    told = {one["Name"]: text(one["Value"]) for one in definition.properties["ContainerProperties"]["Environment"]}
    [needs] = [room.declaration.needs for room, step in steps(TRANSCODE.name) if Lane.BATCH in step.lanes]
    services = {SERVICES.get(prefix := need.action.partition(":")[0], prefix) for need in needs}
    assert {"s3", "dynamodb"} <= services
    for name in list(os.environ):
        monkeypatch.delenv(name)
    for name, value in {**told, "HOME": str(tmp_path)}.items():
        monkeypatch.setenv(name, value)
    aws.forget()
    try:
        assert {aws.client(service).meta.region_name for service in services} == {"eu-central-1"}
    finally:
        aws.forget()


def test_bootstrap_reads_what_it_is_told(definition: Placed) -> None:
    told = {one["Name"] for one in definition.properties["ContainerProperties"]["Environment"]}
    by_ecs = {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"}
    found = set(re.findall(r"(?:environ|env)\[\"(\w+)\"\](?! =)", BOOTSTRAP.read_text()))
    assert "BUNDLE_SHA256" in found
    assert found - {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"} - by_ecs <= told


def test_job_fits_the_smallest_machine_and_ends(definition: Placed) -> None:
    container = definition.properties["ContainerProperties"]
    asked = {one["Type"]: int(one["Value"]) for one in container["ResourceRequirements"]}
    assert asked == {"VCPU": JOB_VCPUS, "MEMORY": JOB_MEMORY}
    assert JOB_MEMORY <= 8 * 1024 * 0.93, "the agent and the system keep some"
    assert definition.properties["Timeout"]["AttemptDurationSeconds"] >= 60
    retry = definition.properties["RetryStrategy"]
    assert retry["Attempts"] == ATTEMPTS <= 10
    assert len(retry["EvaluateOnExit"]) <= 5
    assert not container.get("Privileged")


RECLAIMED = "Host EC2 (instance i-0123456789abcdef0) terminated."
"""What Batch says of a job whose machine was taken away."""


@pytest.mark.parametrize(
    ("code", "reason", "is_tried_again"),
    [
        (137, RECLAIMED, True),
        (EXIT_BAD_INPUT, RECLAIMED, True),  # the first rule that fits decides
        (EXIT_BAD_INPUT, EXITED, False),
        (1, EXITED, True),
        (137, EXITED, True),
    ],
)
def test_a_machine_that_is_taken_away_is_replaced_and_bad_input_is_not_tried_again(
    definition: Placed, code: int, reason: str, is_tried_again: bool
) -> None:
    assert should_retry(camel(definition.properties["RetryStrategy"]), Outcome(code, reason)) == is_tried_again


def test_a_deployment_leaves_the_revisions_of_executions_under_way(definition: Placed) -> None:
    assert definition.properties["ResourceRetentionPolicy"] == {"SkipDeregisterOnUpdate": True}


def test_arrays_have_two_children_at_least(cloud: Templates) -> None:
    for definition in cloud.machines.values():
        for state in definition["States"].values():
            size = state.get("Arguments", {}).get("ArrayProperties", {}).get("Size")
            assert size is None or isinstance(size, str) or 2 <= size <= 10_000


def test_log_is_kept_for_a_month(cloud: Templates, definition: Placed) -> None:
    options = definition.properties["ContainerProperties"]["LogConfiguration"]["Options"]
    group = cloud.find(definition.stack, options["awslogs-group"]["Ref"])
    assert group.properties["RetentionInDays"] == 30


def test_job_may_do_what_its_step_needs_and_fetch_its_bundle(cloud: Templates, definition: Placed) -> None:
    container = definition.properties["ContainerProperties"]
    [needs] = [
        room.declaration.needs
        for name, room in JOBS.items()
        if cloud.named(name) == definition.properties["JobDefinitionName"]
    ]
    variables = {one["Name"]: text(one["Value"]) for one in container["Environment"]}
    assert variables["BUNDLE_KEY"].endswith(".zip")
    bundle = f"arn:aws:s3:::{variables['BUNDLE_BUCKET']}/*.zip"
    role = cloud.find(definition.stack, container["JobRoleArn"]["Fn::GetAtt"][0])
    needed = {Grant(need.action, arn(cloud, need), conditions(need, needs)) for need in needs}
    assert set(cloud.grants(role)) == needed | {Grant("s3:GetObject", bundle)}
    execution = cloud.find(definition.stack, container["ExecutionRoleArn"]["Fn::GetAtt"][0])
    assert {grant.action for grant in cloud.grants(execution)} == {"logs:CreateLogStream", "logs:PutLogEvents"}


def test_production_is_warned_of_an_image_that_may_change(cloud: Templates, dev: Templates) -> None:
    warned = {one: (one.folder / "manifest.json").read_text().count("a tag that may move") for one in (cloud, dev)}
    metadata = {one: "".join(path.read_text() for path in one.folder.glob("*.metadata.json")) for one in (cloud, dev)}
    found = {one.stage: warned[one] + metadata[one].count("a tag that may move") for one in (cloud, dev)}
    assert found == {"prod": len(JOBS), "dev": 0}


@pytest.mark.parametrize(
    ("image", "good"),
    [
        ("public.ecr.aws/docker/library/python:3.13-slim", False),
        ("public.ecr.aws/docker/library/python@sha256:" + "0" * 64, True),
        ("public.ecr.aws/docker/library/python:3.13-slim@sha256:" + "0" * 64, True),
        ("public.ecr.aws/docker/library/python@sha256:0", False),
    ],
)
def test_image_is_pinned_by_its_digest_alone(image: str, good: bool) -> None:
    from infra.parts.batch import pinned

    assert pinned(image) == good


def test_bundle_is_the_one_that_is_deployed(cloud: Templates, definition: Placed) -> None:
    from infra.bundles import file_digest

    found = {one["Name"]: text(one["Value"]) for one in definition.properties["ContainerProperties"]["Environment"]}
    assert found["BUNDLE_SHA256"] == file_digest(Path(cloud.folder / f"asset.{found['BUNDLE_KEY']}"))


def test_environments_scale_to_nothing_on_arm(cloud: Templates) -> None:
    for one in cloud.of("AWS::Batch::ComputeEnvironment"):
        resources = one.properties["ComputeResources"]
        assert (resources["MinvCpus"], resources.get("DesiredvCpus", 0)) == (0, 0)
        assert resources["MaxvCpus"] >= JOB_VCPUS
        assert all(re.fullmatch(r"[cmr]\dg\w*", kind) for kind in resources["InstanceTypes"])
        assert [kind["ImageType"] for kind in resources["Ec2Configuration"]] == ["ECS_AL2023"]


def test_queue_prefers_spot_and_gives_up_waiting(cloud: Templates) -> None:
    [queue] = cloud.of("AWS::Batch::JobQueue")
    assert "SchedulingPolicyArn" not in queue.properties, "a job would need a share identifier, which ours has not"
    order = sorted(queue.properties["ComputeEnvironmentOrder"], key=lambda one: int(one["Order"]))
    made = [cloud.find(queue.stack, one["ComputeEnvironment"]["Fn::GetAtt"][0]) for one in order]
    assert [one.properties["ComputeResources"]["Type"] for one in made] == ["SPOT", "EC2"]
    for action in queue.properties["JobStateTimeLimitActions"]:
        assert (action["State"], action["Action"]) == ("RUNNABLE", "CANCEL")
        assert 600 <= action["MaxTimeSeconds"] <= 86_400


def test_nobody_gets_in(cloud: Templates) -> None:
    for group in cloud.of("AWS::EC2::SecurityGroup"):
        assert not group.properties.get("SecurityGroupIngress")
    assert not [one for one in cloud.resources if one.type == "AWS::EC2::SecurityGroupIngress"]
    ours = {one.id for one in cloud.of("AWS::EC2::SecurityGroup")}
    for one in cloud.of("AWS::Batch::ComputeEnvironment"):
        used = {group["Fn::GetAtt"][0] for group in one.properties["ComputeResources"]["SecurityGroupIds"]}
        assert used <= ours, "the network's default group is used by nobody"
    for template in cloud.of("AWS::EC2::LaunchTemplate"):
        data = template.properties["LaunchTemplateData"]
        assert data["MetadataOptions"] == {"HttpTokens": "required", "HttpPutResponseHopLimit": 1}
        assert [disk["Ebs"]["Encrypted"] for disk in data["BlockDeviceMappings"]] == [True]
        assert not {"KeyName", "UserData"} & data.keys()


def test_machines_reach_the_internet_and_storage_without_a_gateway_that_costs(cloud: Templates) -> None:
    for subnet in cloud.of("AWS::EC2::Subnet"):
        assert subnet.properties["MapPublicIpOnLaunch"] is True
    services = [text(one.properties["ServiceName"]) for one in cloud.of("AWS::EC2::VPCEndpoint")]
    assert sorted(name.rpartition(".")[2] for name in services) == ["dynamodb", "s3"]
