"""The state machine `render`."""

import json

import pytest

from shared.base.ids import new_id
from shared.contract.resources import RENDER
from shared.domains.jobs.rules.keys import execution_name
from tests.cloud.templates import Templates
from tests.cloud.test_machines import PAYLOAD, TRANSITIONS, lanes


@pytest.mark.parametrize(
    ("lane", "workers", "rendering"),
    [
        ("lambda", 1, "render_runs"),
        ("lambda", 101, "render_runs"),
        ("batch", 1, "render_run_job"),
        ("batch", 2, "render_run_jobs"),
        ("batch", 257, "render_run_jobs"),
    ],
)
def test_it_takes_six_transitions_whatever_the_length(
    cloud: Templates, lane: str, workers: int, rendering: str
) -> None:
    """The one state that runs once for each of something is a worker's."""
    machine = cloud.machines[RENDER.name]
    entered = lanes(machine, lane, workers)
    assert entered == [
        *("prepare_sources", "plan_render", "RenderLane"),
        *(rendering, "package_render", "finish_render"),
    ]
    assert len(entered) <= TRANSITIONS
    assert [name for name, s in machine["States"].items() if s["Type"] in ("Map", "Parallel")] == ["render_runs"]


def test_an_execution_is_named_by_the_job_and_its_attempt() -> None:
    name = execution_name(new_id(), 10**6)
    assert len(name) <= 80
    assert name.replace("-", "").isalnum()


def test_what_an_execution_is_told_is_small(cloud: Templates) -> None:
    told = {"job_id": new_id(), "video_id": new_id(), "attempt": 10**6}
    assert len(json.dumps(told)) < PAYLOAD // 100
