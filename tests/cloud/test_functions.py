"""What Lambda refuses, and what no function may lack."""

import json
from pathlib import Path

import pytest

from infra.build import LAMBDA_BYTES, LAYERS, functions_by_layers
from infra.bundles import size
from infra.parts.discovery import Room, endpoints, rooms
from shared.contract.declare import API_SECONDS, Step
from tests.cloud.templates import Placed, Templates, text

RESERVED = {
    *("_HANDLER", "_X_AMZN_TRACE_ID", "TZ", "LAMBDA_TASK_ROOT", "LAMBDA_RUNTIME_DIR"),
    *("AWS_DEFAULT_REGION", "AWS_REGION", "AWS_EXECUTION_ENV", "AWS_ACCESS_KEY", "AWS_ACCESS_KEY_ID"),
    *("AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE"),
    *("AWS_LAMBDA_FUNCTION_VERSION", "AWS_LAMBDA_INITIALIZATION_TYPE", "AWS_LAMBDA_LOG_GROUP_NAME"),
    *("AWS_LAMBDA_LOG_STREAM_NAME", "AWS_LAMBDA_RUNTIME_API"),
}
NAME, DESCRIPTION, ENVIRONMENT, SECONDS = 64, 256, 4096, 900
MEMORY, SCRATCH = range(128, 10_241), range(512, 10_241)
MAX_LAYERS = 5


@pytest.fixture(params=rooms(), ids=lambda room: room.name)
def room(request: pytest.FixtureRequest) -> Room:
    found: Room = request.param
    return found


@pytest.fixture
def function(cloud: Templates, room: Room) -> Placed:
    return cloud.function(room.name)


def test_every_file_is_one_function(cloud: Templates) -> None:
    names = sorted(one.properties["FunctionName"] for one in cloud.of("AWS::Lambda::Function"))
    assert names == sorted(cloud.named(room.name) for room in rooms())


def test_case_112_names_and_sizes_fit(function: Placed, room: Room) -> None:
    properties, compute = function.properties, room.declaration.compute
    assert len(properties["FunctionName"]) <= NAME
    assert 0 < len(properties["Description"]) <= DESCRIPTION
    assert properties["Handler"] == f"{room.module}.handler"
    assert properties["MemorySize"] == compute.memory in MEMORY
    assert properties["Timeout"] == compute.seconds <= SECONDS
    assert properties["EphemeralStorage"]["Size"] == compute.scratch in SCRATCH
    assert properties["Runtime"] == "python3.13"
    assert properties["Architectures"] == ["arm64"]
    assert len(properties["Layers"]) <= MAX_LAYERS


def test_environment_fits_and_keeps_out_of_reserved_names(function: Placed) -> None:
    variables = {name: text(value) for name, value in function.properties["Environment"]["Variables"].items()}
    assert not RESERVED & variables.keys()
    assert not [name for name in variables if name.startswith(("AWS_", "LAMBDA_RUNTIME", "LAMBDA_TASK"))]
    assert all(name.replace("_", "").isalnum() and name[0].isalpha() and len(name) > 1 for name in variables)
    assert len(json.dumps(variables).encode()) <= ENVIRONMENT
    assert "" not in variables.values()


def test_case_112_log_is_kept_for_a_month(cloud: Templates, function: Placed) -> None:
    group = cloud.find(function.stack, function.properties["LoggingConfig"]["LogGroup"]["Ref"])
    assert group.properties["RetentionInDays"] == 30
    assert group.properties["LogGroupName"] == f"/aws/lambda/{function.properties['FunctionName']}"


def test_case_112_failure_that_nobody_waits_for_is_kept(cloud: Templates, function: Placed, room: Room) -> None:
    if room.declaration.is_awaited:
        assert "DeadLetterConfig" not in function.properties
        return
    target = function.properties["DeadLetterConfig"]["TargetArn"]["Fn::GetAtt"][0]
    queue = cloud.find(function.stack, target)
    assert queue.properties["MessageRetentionPeriod"] == 14 * 24 * 3600
    assert queue.properties["SqsManagedSseEnabled"] is True


def test_endpoint_answers_before_the_gateway_gives_up(cloud: Templates) -> None:
    for room, _ in endpoints():
        assert cloud.function(room.name).properties["Timeout"] <= API_SECONDS, room.file


def test_step_ends_before_its_machine(cloud: Templates) -> None:
    for room in rooms():
        if isinstance(room.declaration, Step):
            assert cloud.function(room.name).properties["Timeout"] * 3 < cloud.machines[room.group]["TimeoutSeconds"]


def test_nothing_is_kept_warm_or_set_aside(cloud: Templates) -> None:
    types = {one.type for one in cloud.resources}
    assert not types & {"AWS::Lambda::Alias", "AWS::Lambda::Version", "AWS::ApplicationAutoScaling::ScalableTarget"}
    for one in cloud.of("AWS::Lambda::Function"):
        assert "ReservedConcurrentExecutions" not in one.properties
        assert "VpcConfig" not in one.properties


def test_code_and_layers_fit(built: Path) -> None:
    if not (built / "layers" / "python" / "python").is_dir():
        pytest.skip("nothing is built yet: `make build` measures too, and refuses what is too large")
    sizes = {"code": size(built / "code"), **{layer: size(built / "layers" / layer) for layer in LAYERS}}
    for layers, names in functions_by_layers().items():
        assert sizes["code"] + sum(sizes[layer] for layer in layers) <= LAMBDA_BYTES, names
