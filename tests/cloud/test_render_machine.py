"""The state machine `render`."""

import json

import jsonata
import pytest

from infra.workflows.transcode import LIMIT
from shared.base.ids import new_id
from shared.contract.resources import RENDER
from shared.domains.jobs.rules.keys import execution_name
from shared.domains.jobs.service.speaking import MOST_ROUNDS, WAITS
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
def test_it_takes_seven_transitions_whatever_the_length(
    cloud: Templates, lane: str, workers: int, rendering: str
) -> None:
    """The one state that runs once for each of something is a worker's."""
    machine = cloud.machines[RENDER.name]
    entered = lanes(machine, lane, workers)
    assert entered == [
        *("prepare_sources", "Words", "plan_render", "RenderLane"),
        *(rendering, "package_render", "finish_render"),
    ]
    assert len(entered) <= TRANSITIONS
    assert [name for name, s in machine["States"].items() if s["Type"] in ("Map", "Parallel")] == ["render_runs"]


def test_words_are_timed_in_rounds_in_which_nobody_runs_who_waits(cloud: Templates) -> None:
    states = cloud.machines[RENDER.name]["States"]
    ways = {rule["Condition"][2:-2].strip(): rule["Next"] for rule in states["Words"]["Choices"]}
    assert ways == {"$words.next = 'time'": "time_words", "$words.next = 'wait'": "WaitForWords"}
    assert states["Words"]["Default"] == "plan_render"
    wait, again = states["WaitForWords"], states["time_words"]
    assert (wait["Type"], wait["Next"], again["Next"]) == ("Wait", "time_words", "Words")
    counted = jsonata.Jsonata(again["Assign"]["round"][2:-2].strip().replace("$round", "round")).evaluate({"round": 3})
    assert counted == 4
    longest = 2 + 3 * MOST_ROUNDS
    assert longest < 1000, "Step Functions ends an execution after 25 000 events"
    assert sum([*WAITS, *[WAITS[-1]] * (MOST_ROUNDS - len(WAITS))]) < LIMIT.to_seconds() / 4


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
