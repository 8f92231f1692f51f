"""A stage with machines that have GPUs: their queue, their job, the way back to the CPU. And one without, untouched."""

import json
import re
from pathlib import Path
from typing import Any

import jsonata
import pytest
from aws_cdk import App

from infra.bundles import file_digest
from infra.local.batch.attempts import EXITED, Outcome
from infra.local.batch.jobs import should_retry
from infra.local.cfn_batch import camel
from infra.parts.sizes import ATTEMPTS, GPU_JOB_MEMORY, GPU_MAX_VCPUS, JOB_VCPUS
from infra.parts.stage import stage_of
from shared.base.running import EXIT_BAD_INPUT, EXIT_UNAVAILABLE
from shared.contract.resources import TRANSCODE
from tests.cloud.templates import Placed, Templates, text
from tests.cloud.test_batch import RECLAIMED
from tests.cloud.test_machines import AGAIN, GPU_STATES, TRANSITIONS, targets

Definition = dict[str, Any]


@pytest.fixture
def queue(gpu: Templates) -> Placed:
    [found] = [one for one in gpu.of("AWS::Batch::JobQueue") if one.properties["JobQueueName"] == gpu.named("gpu")]
    return found


@pytest.fixture
def definition(gpu: Templates) -> Placed:
    named = gpu.named("encode_run-gpu")
    made = gpu.of("AWS::Batch::JobDefinition")
    [found] = [one for one in made if one.properties["JobDefinitionName"] == named]
    return found


@pytest.fixture
def machine(gpu: Templates) -> Definition:
    return gpu.machines[TRANSCODE.name]


def test_there_is_nothing_of_it_in_a_stage_without(cloud: Templates, dev: Templates) -> None:
    for templates in (cloud, dev):
        assert [one.properties["JobQueueName"] for one in templates.of("AWS::Batch::JobQueue")] == [
            templates.named("cpu")
        ]
        assert len(templates.of("AWS::Batch::ComputeEnvironment")) == 2
        assert not re.findall(r"(?i)nvidia|g4dn|[\"-]gpu\b(?!\")|encode_gpu|_on_cpu", json.dumps(templates.stacks))
        kinds = [one.properties["ContainerProperties"] for one in templates.of("AWS::Batch::JobDefinition")]
        assert not [need for kind in kinds for need in kind["ResourceRequirements"] if need["Type"] == "GPU"]
        told = templates.function("plan_encode").properties["Environment"]["Variables"]
        assert told["GPU"] == "off"


def test_the_rest_of_the_stage_is_the_same(cloud: Templates, gpu: Templates) -> None:
    """Turning GPUs on replaces nothing."""
    theirs = {(one.stack, one.id): one.type for one in gpu.resources}
    machine_or_code = re.compile(r"asset|Parameter")
    for one in cloud.resources:
        assert machine_or_code.search(one.id) or theirs[one.stack, one.id] == one.type


def test_environments_have_one_kind_of_machine_with_an_encoder(gpu: Templates, queue: Placed) -> None:
    order = sorted(queue.properties["ComputeEnvironmentOrder"], key=lambda one: int(one["Order"]))
    made = [gpu.find(queue.stack, one["ComputeEnvironment"]["Fn::GetAtt"][0]) for one in order]
    resources = [one.properties["ComputeResources"] for one in made]
    assert [one["Type"] for one in resources] == ["SPOT", "EC2"]
    for one in resources:
        assert one["InstanceTypes"] == ["g4dn.xlarge"]
        assert (one["MinvCpus"], one.get("DesiredvCpus", 0), one["MaxvCpus"]) == (0, 0, GPU_MAX_VCPUS)
        assert [kind["ImageType"] for kind in one["Ec2Configuration"]] == ["ECS_AL2023_NVIDIA"]


def test_queue_gives_up_waiting_as_the_other_one(gpu: Templates, queue: Placed) -> None:
    [other] = [one for one in gpu.of("AWS::Batch::JobQueue") if one.id != queue.id]
    actions = queue.properties["JobStateTimeLimitActions"]
    assert actions == other.properties["JobStateTimeLimitActions"]
    assert [action["Reason"] for action in actions] == ["CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY"]


def test_job_asks_for_a_gpu_and_runs_the_bundle_of_its_processor(gpu: Templates, definition: Placed) -> None:
    container = definition.properties["ContainerProperties"]
    asked = {one["Type"]: int(one["Value"]) for one in container["ResourceRequirements"]}
    assert asked == {"VCPU": JOB_VCPUS, "MEMORY": GPU_JOB_MEMORY, "GPU": 1}
    assert GPU_JOB_MEMORY <= 16 * 1024 * 0.93, "the agent and the system keep some"
    told = {one["Name"]: text(one["Value"]) for one in container["Environment"]}
    assert told["NVIDIA_DRIVER_CAPABILITIES"].split(",") == ["compute", "video", "utility"]
    archive = gpu.folder.parent / "bundles" / "worker-x86_64.zip"
    assert told["BUNDLE_SHA256"] == file_digest(archive)
    assert file_digest(Path(gpu.folder / f"asset.{told['BUNDLE_KEY']}")) == told["BUNDLE_SHA256"]
    assert not container.get("Privileged")


def test_job_has_the_rights_of_the_same_step_on_the_cpu(gpu: Templates, definition: Placed) -> None:
    made = {one.properties["JobDefinitionName"]: one for one in gpu.of("AWS::Batch::JobDefinition")}
    other = made[gpu.named("encode_run")]
    roles = [
        gpu.find(one.stack, one.properties["ContainerProperties"]["JobRoleArn"]["Fn::GetAtt"][0])
        for one in (definition, other)
    ]
    assert len({frozenset(gpu.grants(role)) for role in roles}) == 1
    assert len({role.id for role in roles}) == 2


@pytest.mark.parametrize(
    ("code", "reason", "is_tried_again"),
    [
        (EXIT_UNAVAILABLE, RECLAIMED, True),
        (EXIT_UNAVAILABLE, EXITED, False),
        (EXIT_BAD_INPUT, EXITED, False),
        (1, EXITED, True),
        (137, RECLAIMED, True),
    ],
)
def test_a_machine_without_an_encoder_is_not_tried_again(
    definition: Placed, code: int, reason: str, is_tried_again: bool
) -> None:
    retry = camel(definition.properties["RetryStrategy"])
    assert retry["attempts"] == ATTEMPTS
    assert should_retry(retry, Outcome(code, reason)) == is_tried_again


def ways(machine: Definition, name: str) -> list[list[str]]:
    """All paths from a state to the end, through failures too. A loop would never end."""
    state = machine["States"][name]
    return [[name, *rest] for target in targets(state) for rest in ways(machine, target)] or [[name]]


def test_the_gpu_is_entered_once_on_any_way(machine: Definition) -> None:
    found = ways(machine, machine["StartAt"])
    assert [way for way in found if AGAIN in way]
    for way in found:
        assert len(way) == len(set(way)) <= TRANSITIONS
        assert len(GPU_STATES & set(way)) <= 1
        if AGAIN in way:
            assert way[way.index(AGAIN) - 1] in GPU_STATES


def test_gpu_is_waited_for_less_long_than_an_execution_lasts(machine: Definition) -> None:
    for name in GPU_STATES:
        assert machine["States"][name]["TimeoutSeconds"] == 2 * 3600 < machine["TimeoutSeconds"] / 2


@pytest.mark.parametrize("workers", [1, 2, 257])
def test_second_plan_is_for_the_cpu_and_knows_why(machine: Definition, workers: int) -> None:
    told = machine["States"][AGAIN]["Arguments"]["Payload"]
    failure = {"Error": "States.TaskFailed", "Cause": json.dumps({"StatusReason": "CAPACITY:" + "x" * 30_000})}
    expression = told["gpu_failure"][2:-2].replace("$states.", "states.")
    reason = str(jsonata.Jsonata(expression).evaluate({"states": {"input": failure}}))
    assert "CAPACITY:" in reason
    assert len(reason) <= 1000
    choice = machine["States"][machine["States"][AGAIN]["Next"]]
    [first] = choice["Choices"]
    chosen = jsonata.Jsonata(first["Condition"][2:-2].strip().replace("$plan", "plan"))
    is_array = chosen.evaluate({"plan": {"workers": list(range(workers))}})
    chosen_state = first["Next"] if is_array else choice["Default"]
    assert chosen_state == ("encode_run_jobs" if workers > 1 else "encode_run_job")


def test_machine_may_submit_both_jobs_to_both_queues(gpu: Templates) -> None:
    [role] = [
        one for one in gpu.of("AWS::IAM::Role") if one.properties.get("RoleName") == gpu.named("transcode-machine")
    ]
    submits = [grant.resource for grant in gpu.grants(role) if grant.action == "batch:SubmitJob"]
    assert len(submits) == 4
    assert {"encode_run:*", "encode_run-gpu:*"} == {
        one.rpartition("/showreel-prod-")[2] for one in submits if "job-definition" in one
    }


def test_unknown_machines_are_refused() -> None:
    for family in ("p5", "g4dn.xlarge", "on"):
        with pytest.raises(ValueError, match="-c gpu"):
            stage_of(App(context={"gpu": family}).node)
