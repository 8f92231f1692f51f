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

MAP, ARRAY = "encode_runs", "encode_run_jobs"
"""The states whose work many workers share."""


@dataclass(frozen=True)
class Stage:
    """One state of the execution: seconds it took, dollars it would cost, and on what it ran."""

    name: str
    seconds: float
    dollars: float
    lane: str


def read_stages(states: Any, batch: Any, execution_arn: str) -> list[Stage]:
    """The task states of an execution in the order in which they ended. Workers that ran side by side are added up."""
    entered: dict[str, datetime] = {}
    found: list[Stage] = []
    for page in states.get_paginator("get_execution_history").paginate(executionArn=execution_arn):
        for event in page["events"]:
            if "stateEnteredEventDetails" in event:
                entered[event["stateEnteredEventDetails"]["name"]] = event["timestamp"]
            elif "stateExitedEventDetails" in event:
                name = event["stateExitedEventDetails"]["name"]
                seconds = (event["timestamp"] - entered[name]).total_seconds()
                found.append(_stage(name, seconds, _busy(states, batch, execution_arn, name) or [seconds]))
    return found


def _busy(states: Any, batch: Any, execution_arn: str, name: str) -> list[float]:
    """Seconds that each worker of a state took; empty where the state is its own worker."""
    if name == MAP:
        runs = states.list_map_runs(executionArn=execution_arn)["mapRuns"]
        workers = [one for run in runs for one in states.list_executions(mapRunArn=run["mapRunArn"])["executions"]]
        return [(worker["stopDate"] - worker["startDate"]).total_seconds() for worker in workers]
    if name == ARRAY:
        video_id = json.loads(states.describe_execution(executionArn=execution_arn)["input"])["video_id"]
        return [
            (job["stoppedAt"] - job["startedAt"]) / 1000
            for queue in batch.describe_job_queues()["jobQueues"]
            for array in batch.list_jobs(jobQueue=queue["jobQueueName"], jobStatus="SUCCEEDED")["jobSummaryList"]
            if array["jobName"] == f"encode-{video_id}"
            for job in batch.list_jobs(arrayJobId=array["jobId"], jobStatus="SUCCEEDED")["jobSummaryList"]
        ]
    return []


def _stage(name: str, seconds: float, busy: list[float]) -> Stage:
    memory = {room.name: step.compute.memory for room, step in steps(TRANSCODE.name)}
    share = f", {len(busy)} workers" if len(busy) > 1 else ""
    if size := memory.get("encode_run" if name == MAP else name):
        spent = sum(busy) * size / GIB * LAMBDA_GB_SECOND + len(busy) * (LAMBDA_REQUEST + TRANSITION)
        return Stage(name, seconds, spent + TRANSITION, f"Lambda, {size} MiB{share}")
    if name in ("encode_run_job", ARRAY):
        spent = sum(busy) / 3600 * JOB_VCPUS * SPOT_VCPU_HOUR
        return Stage(name, seconds, spent + TRANSITION, f"Batch, {JOB_VCPUS} vCPU{share}")
    return Stage(name, seconds, TRANSITION, "Step Functions")


def failure_of(states: Any, execution_arn: str) -> str:
    """Why an execution failed, for the person at the console."""
    told = states.describe_execution(executionArn=execution_arn)
    return f"{told['status']}: {told.get('error', '')} {json.dumps(told.get('cause', ''))[:500]}"
