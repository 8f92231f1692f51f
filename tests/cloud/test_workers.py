"""How a machine hands work to many workers: what each is told, and how many there may be."""

from dataclasses import dataclass
from typing import Any

import pytest

from shared.base.ids import new_id
from shared.contract.resources import RENDER, TRANSCODE
from tests.cloud.templates import Templates
from tests.cloud.test_machines import EXECUTION, Definition, evaluate, lanes, told_video


@dataclass(frozen=True)
class Sharing:
    """A machine that shares work out: its step, and what an execution and its steps are told of."""

    machine: str
    step: str
    key: str
    told: dict[str, Any]


JOB = {"job_id": new_id(), "video_id": new_id(), "attempt": 2}
SHARING = [
    Sharing(TRANSCODE.name, "encode_run", "video", told_video()),
    Sharing(RENDER.name, "render_run", "job", JOB),
]


@pytest.fixture(params=SHARING, ids=[one.machine for one in SHARING])
def sharing(request: pytest.FixtureRequest) -> Sharing:
    found: Sharing = request.param
    return found


@pytest.fixture
def machine(cloud: Templates, sharing: Sharing) -> Definition:
    return cloud.machines[sharing.machine]


def test_workers_on_lambda_are_executions_of_one_transition(machine: Definition, sharing: Sharing) -> None:
    workers = machine["States"][f"{sharing.step}s"]
    assert workers["Items"] == "{% $plan.workers %}"
    assert workers["MaxConcurrency"] <= 100
    assert workers["ItemProcessor"]["ProcessorConfig"] == {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}
    assert lanes(workers["ItemProcessor"], "lambda") == [sharing.step]
    told = {sharing.key: sharing.told, "execution": EXECUTION, "plan": {"hash": "f"}, "worker": 7}
    payload = workers["ItemProcessor"]["States"][sharing.step]["Arguments"]["Payload"]
    assert {key: evaluate(payload[key], {}, told) for key in told} == told
    assert payload.keys() - told.keys() <= {"try"}


def test_array_has_a_job_for_each_worker(machine: Definition, sharing: Sharing) -> None:
    arguments = machine["States"][f"{sharing.step}_jobs"]["Arguments"]
    alone = machine["States"][f"{sharing.step}_job"]["Arguments"]
    size = evaluate(arguments["ArrayProperties"]["Size"], {"plan": {"workers": list(range(257))}})
    assert (size, type(size)) == (257, int)
    assert {key: value for key, value in arguments.items() if key != "ArrayProperties"} == alone
