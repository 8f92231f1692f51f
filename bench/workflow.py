"""State transitions of an execution, counted in the definition that is deployed, whatever runs it."""

import json
from pathlib import Path
from typing import Any

STEPS = {"Task", "Pass", "Wait", "Choice", "Succeed", "Fail"}
"""States that are entered once each time they are reached; a Parallel or an inline Map would multiply what is in it."""


class NotCountableError(Exception):
    """The number of transitions depends on the input, or on time."""


def definition(assembly: Path, machine: str) -> dict[str, Any]:
    """The definition of a state machine whose name ends in `machine`, from synthesised templates."""
    for template in sorted(assembly.glob("*.template.json")):
        for resource in json.loads(template.read_text())["Resources"].values():
            properties = resource.get("Properties", {})
            if resource["Type"] == "AWS::StepFunctions::StateMachine" and _name(properties).endswith(machine):
                found: dict[str, Any] = json.loads(_text(properties["DefinitionString"]))
                return found
    raise LookupError(f"{assembly} has no state machine {machine}")


def _name(properties: dict[str, Any]) -> str:
    return _text(properties.get("StateMachineName", ""))


def _text(value: Any) -> str:
    """A string of a template; what is known at deployment alone is a word."""
    if isinstance(value, str):
        return value
    return "".join(part if isinstance(part, str) else "deployed" for part in value["Fn::Join"][1])


def path(machine: dict[str, Any], *, failing: str = "", **chosen: str) -> list[str]:
    """The states of an execution without errors, in order; with `failing`, one in which that state alone fails.

    `chosen` are the variables that choices compare, for example lane="batch". NotCountableError for a state that stands
    for many, or one that comes twice.
    """
    states, name, found = machine["States"], machine["StartAt"], list[str]()
    while name:
        state = states[name]
        if not _is_step(state) or name in found:
            raise NotCountableError(f"{name} ({state['Type']}) is not entered exactly once")
        found.append(name)
        name = _after(state, chosen, fails=name == failing)
    return found


def _is_step(state: dict[str, Any]) -> bool:
    """Whether a state is entered once: what a distributed map starts are executions of their own, its workers."""
    mode = state.get("ItemProcessor", {}).get("ProcessorConfig", {}).get("Mode")
    return state["Type"] in STEPS or mode == "DISTRIBUTED"


def _after(state: dict[str, Any], chosen: dict[str, str], *, fails: bool) -> str:
    if fails:
        return str(state["Catch"][-1]["Next"])
    return _chosen(state, chosen) if state["Type"] == "Choice" else state.get("Next", "")


def _chosen(state: dict[str, Any], chosen: dict[str, str]) -> str:
    for choice in state["Choices"]:
        condition = choice["Condition"].strip("{}% ")
        if "$count(" in condition:  # an array instead of a job: as many transitions
            continue
        variable, _, value = condition.partition(" = ")
        known = chosen.get(variable.rpartition(".")[2].lstrip("$"))
        if known is None or not value:
            raise NotCountableError(f"what {condition} depends on is not known")
        if value.strip("'\"") == known:
            return str(choice["Next"])
    return str(state["Default"])
