"""Counting the transitions of a definition."""

import json
from pathlib import Path
from typing import Any

import pytest

from bench.workflow import NotCountableError, definition, path

STATES: dict[str, Any] = {
    "Probe": {"Type": "Task", "Next": "Lane", "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Tell"}]},
    "Lane": {
        "Type": "Choice",
        "Choices": [{"Condition": "{% $plan.lane = 'batch' %}", "Next": "Job"}],
        "Default": "Encode",
    },
    "Encode": {"Type": "Task", "End": True},
    "Job": {"Type": "Task", "Next": "Encode"},
    "Tell": {"Type": "Task", "Next": "Failed"},
    "Failed": {"Type": "Fail"},
}
MACHINE: dict[str, Any] = {"StartAt": "Probe", "States": STATES}


def test_each_lane_has_its_path() -> None:
    assert path(MACHINE, lane="lambda") == ["Probe", "Lane", "Encode"]
    assert path(MACHINE, lane="batch") == ["Probe", "Lane", "Job", "Encode"]


def test_a_state_that_fails_leads_to_its_catch() -> None:
    job = {"Type": "Task", "Next": "Encode", "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Again"}]}
    choice = {
        "Type": "Choice",
        "Choices": [{"Condition": "{% $count($plan.workers) > 1 %}", "Next": "Jobs"}],
        "Default": "Encode",
    }
    machine = {
        **MACHINE,
        "States": STATES | {"Job": job, "Again": {"Type": "Task", "Next": "Choose"}, "Choose": choice},
    }
    assert path(machine, lane="batch") == ["Probe", "Lane", "Job", "Encode"]
    assert path(machine, failing="Job", lane="batch") == ["Probe", "Lane", "Job", "Again", "Choose", "Encode"]


@pytest.mark.parametrize(
    "change",
    [
        {"Encode": {"Type": "Map", "End": True}},
        {"Encode": {"Type": "Parallel", "End": True}},
        {"Encode": {"Type": "Task", "Next": "Probe"}},
        {"Lane": {**STATES["Lane"], "Choices": [{"Condition": "{% $tries > 3 %}", "Next": "Job"}]}},
    ],
    ids=["map", "parallel", "loop", "another condition"],
)
def test_what_depends_on_the_input_is_not_counted(change: dict[str, Any]) -> None:
    with pytest.raises(NotCountableError):
        path({**MACHINE, "States": STATES | change}, lane="lambda")


def test_the_definition_is_found_in_a_template(tmp_path: Path) -> None:
    text = json.dumps({**MACHINE, "Comment": "ARN"}).split("ARN")
    properties = {
        "StateMachineName": "showreel-dev-transcode",
        "DefinitionString": {"Fn::Join": ["", [text[0], {"Fn::GetAtt": ["probe", "Arn"]}, text[1]]]},
    }
    resources = {"machine": {"Type": "AWS::StepFunctions::StateMachine", "Properties": properties}}
    (tmp_path / "a.template.json").write_text(json.dumps({"Resources": {"table": {"Type": "AWS::DynamoDB::Table"}}}))
    (tmp_path / "b.template.json").write_text(json.dumps({"Resources": resources}))
    assert definition(tmp_path, "-transcode") == {**MACHINE, "Comment": "deployed"}
    with pytest.raises(LookupError, match="-other"):
        definition(tmp_path, "-other")
