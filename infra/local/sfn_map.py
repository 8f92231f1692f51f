"""Distributed Map in JSONata, what its executions see, and the grant that it takes."""

from __future__ import annotations

import functools
from typing import Any

from infra.local import sfn as corrections
from infra.local.differences import correction
from infra.local.emulator import stepfunctions as sfn

State = dict[str, Any]
_EVALUATED = ("MaxConcurrency", "ToleratedFailurePercentage", "ToleratedFailureCount")
_TAKEN_OUT = ("Items", "ItemSelector", "ItemReader", "Output", "Assign")


@correction(
    title="Distributed Map in JSONata",
    aws="Items, ItemSelector, ItemReader, Output and Assign are evaluated; the role needs states:StartExecution.",
    emulator="They are ignored in silence: one item, the template's text.",
    names=(
        "services.stepfunctions: _run_map_items _run_distributed_map _read_map_items _apply_jsonata_template",
        "services.stepfunctions: _apply_jsonata_output _apply_state_assign _state_query_language",
    ),
)
def evaluate_distributed_maps() -> None:
    stock = sfn._run_map_items

    @functools.wraps(stock)
    def run(state: State, data: Any, execution: State, context: State) -> Any:
        processor = state.get("ItemProcessor") or {}
        if (processor.get("ProcessorConfig") or {}).get("Mode") != "DISTRIBUTED":
            return stock(state, data, execution, context)
        corrections.enter(execution)
        corrections.require("states:StartExecution", execution["stateMachineArn"])
        if sfn._state_query_language(state, context) != "JSONata":
            return stock(state, data, execution, context)
        plain = {key: value for key, value in state.items() if key not in _TAKEN_OUT}
        plain |= {key: sfn._apply_jsonata_template(plain[key], data, context) for key in _EVALUATED if key in plain}
        items = _items(state, data, context)
        result, following = sfn._run_distributed_map(plain, data, items, processor, execution, context)
        output = sfn._apply_jsonata_output(state, data, context, result=result, default=result)
        sfn._apply_state_assign(state, data, context, result=result)
        return output, following

    sfn._run_map_items = run


@correction(
    title="Executions of a distributed map",
    aws="Each has its own input in the context, and no variables of its parent's; one failure too many ends them.",
    emulator="They see the parent's input and variables; all of them run.",
    names=("services.stepfunctions: _run_sub_machine _map_runs _ExecutionError",),
)
def separate_children() -> None:
    stock = sfn._run_sub_machine

    @functools.wraps(stock)
    def run(states: State, start: str, data: Any, execution: State, context: State) -> Any:
        started = sfn._map_runs.get(execution.get("mapRunArn"))
        if not started or context["Execution"]["Id"] == execution["executionArn"]:
            return stock(states, start, data, execution, context)
        if started["executionCounts"]["failed"] and not (
            started["toleratedFailureCount"] or started["toleratedFailurePercentage"]
        ):
            raise sfn._ExecutionError("States.Aborted", "another execution of the map failed")
        own = {"Id": execution["executionArn"], "Input": data, "Name": execution["name"]}
        context["Execution"] = {**own, "StartTime": execution["startDate"]}
        context["variables"] = dict[str, Any]()
        return stock(states, start, data, execution, context)

    sfn._run_sub_machine = run


def _items(state: State, data: Any, context: State) -> list[Any]:
    if "ItemReader" in state:
        reader = sfn._apply_jsonata_template(state["ItemReader"], data, context)
        items = sfn._read_map_items({**reader, "Parameters": reader.get("Arguments")}, data, context)
    else:
        items = sfn._apply_jsonata_template(state["Items"], data, context) if "Items" in state else data
    items = items if isinstance(items, list) else [items]
    if "ItemSelector" not in state:
        return items
    return [
        sfn._apply_jsonata_template(
            state["ItemSelector"], data, {**context, "Map": {"Item": {"Index": index, "Value": item}}}
        )
        for index, item in enumerate(items)
    ]
