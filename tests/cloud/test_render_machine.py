"""The state machine `render`."""

import json

import pytest

from shared.base.ids import new_id
from shared.contract.resources import RENDER
from shared.domains.jobs.rules.keys import execution_name
from tests.cloud.templates import Templates
from tests.cloud.test_machines import PAYLOAD, lanes


@pytest.mark.parametrize(("lane", "rendering"), [("lambda", "render_run"), ("batch", "render_run_job")])
def test_it_takes_six_transitions_whatever_the_length(cloud: Templates, lane: str, rendering: str) -> None:
    machine = cloud.machines[RENDER.name]
    assert lanes(machine, lane) == [
        *("prepare_sources", "plan_render", "RenderLane"),
        *(rendering, "package_render", "finish_render"),
    ]
    assert not [s for s in machine["States"].values() if s["Type"] in ("Map", "Parallel")]


def test_what_is_rendered_outside_comes_back_to_the_beginning(cloud: Templates) -> None:
    states = cloud.machines[RENDER.name]["States"]
    (outside,) = (one for one in states["RenderLane"]["Choices"] if "'outside'" in one["Condition"])
    waiting = states[outside["Next"]]
    assert waiting["Resource"].endswith("lambda:invoke.waitForTaskToken")
    assert waiting["Arguments"]["Payload"]["token"] == "{% $states.context.Task.Token %}"
    assert (waiting["TimeoutSeconds"], waiting["Next"]) == (3600, "prepare_sources")
    again = [retry["ErrorEquals"] for retry in waiting["Retry"] if retry.get("MaxAttempts")]
    assert ["States.ALL"] not in again, "an answer is final"


def test_an_execution_is_named_by_the_job_and_its_attempt() -> None:
    name = execution_name(new_id(), 10**6)
    assert len(name) <= 80
    assert name.replace("-", "").isalnum()


def test_what_an_execution_is_told_is_small(cloud: Templates) -> None:
    told = {"job_id": new_id(), "video_id": new_id(), "attempt": 10**6}
    assert len(json.dumps(told)) < PAYLOAD // 100
