"""How a machine hands work to many workers: what each is told, and how many there may be."""

import pytest

from shared.contract.resources import TRANSCODE
from tests.cloud.templates import Templates
from tests.cloud.test_machines import EXECUTION, Definition, evaluate, lanes, told_video


@pytest.fixture
def transcode(cloud: Templates) -> Definition:
    return cloud.machines[TRANSCODE.name]


def test_workers_on_lambda_are_executions_of_one_transition(transcode: Definition) -> None:
    workers = transcode["States"]["encode_runs"]
    assert workers["Items"] == "{% $plan.workers %}"
    assert workers["MaxConcurrency"] <= 100
    assert workers["ItemProcessor"]["ProcessorConfig"] == {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}
    assert lanes(workers["ItemProcessor"], "lambda") == ["encode_run"]
    told = {"video": told_video(), "execution": EXECUTION, "plan": {"hash": "f"}, "worker": 7}
    payload = workers["ItemProcessor"]["States"]["encode_run"]["Arguments"]["Payload"]
    assert {key: evaluate(value, {}, told) for key, value in payload.items()} == told


def test_array_has_a_job_for_each_worker(transcode: Definition) -> None:
    arguments = transcode["States"]["encode_run_jobs"]["Arguments"]
    alone = transcode["States"]["encode_run_job"]["Arguments"]
    size = evaluate(arguments["ArrayProperties"]["Size"], {"plan": {"workers": list(range(257))}})
    assert (size, type(size)) == (257, int)
    assert {key: value for key, value in arguments.items() if key != "ArrayProperties"} == alone
