"""How long each stage of an execution took, from its history, and what that costs at AWS list prices."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from infra.parts.discovery import steps
from infra.parts.sizes import JOB_VCPUS
from shared.contract.resources import TRANSCODE

# List prices of us-east-1 in US dollars, November 2026.
LAMBDA_GB_SECOND = 0.0000133334
LAMBDA_REQUEST = 0.20 / 1_000_000
TRANSITION = 0.025 / 1000
SPOT_VCPU_HOUR = 0.0145
"""A c7g instance on the Spot market, about 40 % of its price on demand."""
GIB = 1024


@dataclass(frozen=True)
class Stage:
    """One state of the execution: seconds it took, dollars it would cost, and on what it ran."""

    name: str
    seconds: float
    dollars: float
    lane: str


def read_stages(states: Any, execution_arn: str) -> list[Stage]:
    """The task states of an execution in the order in which they ended."""
    entered: dict[str, datetime] = {}
    found: list[Stage] = []
    for page in states.get_paginator("get_execution_history").paginate(executionArn=execution_arn):
        for event in page["events"]:
            if "stateEnteredEventDetails" in event:
                entered[event["stateEnteredEventDetails"]["name"]] = event["timestamp"]
            elif "stateExitedEventDetails" in event:
                name = event["stateExitedEventDetails"]["name"]
                found.append(_stage(name, (event["timestamp"] - entered[name]).total_seconds()))
    return found


def _stage(name: str, seconds: float) -> Stage:
    memory = {room.name: step.compute.memory for room, step in steps(TRANSCODE.name)}
    if name in memory:
        spent = seconds * memory[name] / GIB * LAMBDA_GB_SECOND + LAMBDA_REQUEST
        return Stage(name, seconds, spent + TRANSITION, f"Lambda, {memory[name]} MiB")
    if name.endswith("_job"):
        return Stage(
            name, seconds, seconds / 3600 * JOB_VCPUS * SPOT_VCPU_HOUR + TRANSITION, f"Batch, {JOB_VCPUS} vCPU"
        )
    return Stage(name, seconds, TRANSITION, "Step Functions")


def failure_of(states: Any, execution_arn: str) -> str:
    """Why an execution failed, for the person at the console."""
    told = states.describe_execution(executionArn=execution_arn)
    return f"{told['status']}: {told.get('error', '')} {json.dumps(told.get('cause', ''))[:500]}"
