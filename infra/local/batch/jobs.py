"""Batch jobs: made of a request and a definition, scheduled on this machine's vCPUs, retried, rolled up into arrays."""

from __future__ import annotations

import contextvars
import copy
import fnmatch
import json
import logging
import re
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from infra.local import authz, runtime
from infra.local.batch.attempts import Attempt, Outcome
from infra.local.emulator import batch as stock
from infra.local.emulator import eventbridge, new_id

Record = dict[str, Any]
TERMINAL = ("SUCCEEDED", "FAILED")
_STATES = ("SUBMITTED", "PENDING", "RUNNABLE", "STARTING", "RUNNING", *TERMINAL)
_LOG = logging.getLogger("local")


def _now() -> int:
    return int(time.time() * 1000)


class Slots:
    """The vCPUs of this machine. One condition for all that waits for a job's state."""

    def __init__(self, total: float) -> None:
        self.total = self._free = total
        self.changed = threading.Condition(threading.RLock())

    def take(self, need: float, given_up: Callable[[], bool]) -> bool:
        with self.changed:
            self.changed.wait_for(lambda: self._free >= need or given_up())
            if given_up():
                return False
            self._free -= need
            return True

    def give(self, need: float) -> None:
        with self.changed:
            self._free += need
            self.changed.notify_all()


class Job:
    """One job, an array's child, or an array. `record` is what DescribeJobs answers."""

    def __init__(self, slots: Slots, record: Record, parent: ArrayJob | None = None) -> None:
        self.record, self.parent, self._slots = record, parent, slots
        self.attempt: Attempt | None = None
        self.stop_reason: str | None = None
        self._context = contextvars.copy_context()
        stock._jobs[record["jobId"]] = record

    @property
    def ended(self) -> bool:
        return self.record["status"] in TERMINAL

    def start(self) -> None:
        name = f"batch-{self.record['jobId'][:8]}"
        threading.Thread(target=self._context.run, args=(self.run,), daemon=True, name=name).start()

    def run(self) -> None:
        try:
            status, reason = self._run()
        except authz.AccessDeniedError as exc:
            status, reason = "FAILED", f"ECS was unable to assume the role that was provided for this task: {exc}"
        except Exception as exc:  # noqa: BLE001, whatever it was: the job ends and says why
            _LOG.exception("a Batch job could not be run")
            status, reason = "FAILED", f"CannotStartContainerError: {exc}"
        self.set(status, reason)

    def _run(self) -> tuple[str, str]:
        if failed := self._wait_for_dependencies():
            return "FAILED", failed
        needs = {need["type"]: need["value"] for need in self.record["container"]["resourceRequirements"]}
        vcpus = min(float(needs.get("VCPU", 1)), self._slots.total)
        retry, outcome = self.record["retryStrategy"], Outcome(1, "")
        for number in range(1, int(retry.get("attempts", 1)) + 1):
            self.set("RUNNABLE")
            if not self._slots.take(vcpus, lambda: self.stop_reason is not None):
                return "FAILED", self.stop_reason or ""
            try:
                self.set("STARTING")
                outcome = self._attempt(number)
            finally:
                self._slots.give(vcpus)
            if self.stop_reason is not None:
                return "FAILED", self.stop_reason
            if outcome.code == 0:
                return "SUCCEEDED", outcome.reason
            if outcome.timed_out or not should_retry(retry, outcome):
                break
        return "FAILED", outcome.reason

    def _wait_for_dependencies(self) -> str | None:
        wanted = list(self._dependencies())
        if not wanted:
            return None
        self.set("PENDING")

        def status(job_id: str) -> str:
            return str((stock._jobs.get(job_id) or {"status": "FAILED"})["status"])

        with self._slots.changed:
            self._slots.changed.wait_for(
                lambda: self.stop_reason is not None or all(status(job_id) in TERMINAL for job_id in wanted)
            )
        if self.stop_reason is not None:
            return self.stop_reason
        return "Dependent Job failed" if any(status(job_id) == "FAILED" for job_id in wanted) else None

    def _dependencies(self) -> list[str]:
        job_id, _, index = self.record["jobId"].partition(":")
        found = []
        for depends in self.record["dependsOn"]:
            kind, other = depends.get("type"), depends.get("jobId")
            if kind == "SEQUENTIAL" and index and int(index):
                found.append(f"{job_id}:{int(index) - 1}")
            elif other:
                found.append(f"{other}:{index}" if kind == "N_TO_N" and index else other)
        return found

    def _attempt(self, number: int) -> Outcome:
        attempt = Attempt(self.record, number, self._started)
        with self._slots.changed:
            if self.stop_reason is not None:
                return Outcome(137, self.stop_reason)
            self.attempt = attempt
        outcome = attempt.run()
        with self._slots.changed:
            self.attempt = None
        container = {"exitCode": outcome.code, "reason": outcome.detail, "logStreamName": attempt.stream}
        container = {key: value for key, value in container.items() if value is not None}
        times = {"startedAt": self.record.get("startedAt"), "stoppedAt": _now()}
        self.record["attempts"].append({"container": container, "statusReason": outcome.reason, **times})
        self.record["container"].update(container)
        return outcome

    def _started(self) -> None:
        self.record["startedAt"] = _now()
        self.set("RUNNING")

    def stop(self, reason: str, *, running_too: bool) -> None:
        """TerminateJob; without `running_too` CancelJob, which leaves STARTING and RUNNING jobs alone."""
        with self._slots.changed:
            busy = self.record["status"] in ("STARTING", "RUNNING")
            if self.ended or (busy and not running_too):
                return
            self.stop_reason = reason
            attempt = self.attempt
            self._slots.changed.notify_all()
        if attempt:
            attempt.stop()

    def set(self, status: str, reason: str | None = None) -> None:
        with self._slots.changed:
            before, self.record["status"] = self.record["status"], status
            if reason is not None:
                self.record["statusReason"] = reason
            if status in TERMINAL:
                self.record["stoppedAt"] = _now()
            self._slots.changed.notify_all()
        tell(self.record)
        if self.parent:
            self.parent.child_changed(before, status)


class ArrayJob(Job):
    """An array: its children run, its own record rolls their states up."""

    def __init__(self, slots: Slots, record: Record, children: list[Record]) -> None:
        super().__init__(slots, record)
        self._states = Counter(child["status"] for child in children)
        self.children = [Job(slots, child, self) for child in children]
        record["arrayProperties"] = {"size": len(children), "statusSummary": dict(self._states)}

    def run(self) -> None:
        """Not a thread per child: an array of 10 000 needs no more threads than there are vCPUs."""
        tell(self.record)
        with ThreadPoolExecutor(max(2, int(self._slots.total) * 2), "batch-array") as pool:
            for child in self.children:
                pool.submit(contextvars.copy_context().run, child.run)

    def child_changed(self, before: str, after: str) -> None:
        with self._slots.changed:
            self._states.subtract([before])
            self._states.update([after])
            self.record["arrayProperties"]["statusSummary"] = {state: self._states[state] for state in _STATES}
            ended = self._states["SUCCEEDED"] + self._states["FAILED"] == len(self.children)
            status = ("FAILED" if self._states["FAILED"] else "SUCCEEDED") if ended else "PENDING"
            changed = status != self.record["status"]
        if changed:
            self.set(status, ("Array Child Job failed" if self._states["FAILED"] else "") if ended else None)

    def stop(self, reason: str, *, running_too: bool) -> None:
        for child in self.children:
            child.stop(reason, running_too=running_too)


def make_record(request: Record, definition: Record, queue_arn: str, job_id: str) -> Record:
    """What DescribeJobs answers for a job that was just submitted."""
    properties = copy.deepcopy(definition["containerProperties"])
    override = request.get("containerOverrides") or {}
    variables = {v["name"]: v["value"] for source in (properties, override) for v in source.get("environment", [])}
    needs = {n["type"]: n["value"] for source in (properties, override) for n in source.get("resourceRequirements", [])}
    parameters = {**(definition.get("parameters") or {}), **(request.get("parameters") or {})}
    command = [
        re.sub(r"^Ref::([\w-]+)$", lambda found: str(parameters.get(found[1], found[0])), part)
        for part in override.get("command") or properties.get("command") or []
    ]
    return {
        "jobId": job_id,
        "jobArn": stock._job_arn(job_id),
        "jobName": request["jobName"],
        "jobQueue": queue_arn,
        "jobDefinition": definition["jobDefinitionArn"],
        "status": "SUBMITTED",
        "createdAt": _now(),
        "parameters": parameters,
        "retryStrategy": request.get("retryStrategy") or definition.get("retryStrategy") or {"attempts": 1},
        "timeout": request.get("timeout") or definition.get("timeout") or {},
        "dependsOn": request.get("dependsOn") or [],
        "attempts": [],
        "tags": request.get("tags", {}),
        "container": {
            "image": properties.get("image", ""),
            "command": command,
            "environment": [{"name": name, "value": value} for name, value in variables.items()],
            "resourceRequirements": [{"type": kind, "value": value} for kind, value in needs.items()],
            "jobRoleArn": properties.get("jobRoleArn", ""),
            "logConfiguration": properties.get("logConfiguration") or {},
        },
    }


def make_job(request: Record, definition: Record, queue_arn: str, slots: Slots) -> Job:
    """The job of a SubmitJob request; not started."""
    job_id = new_id()
    record = make_record(request, definition, queue_arn, job_id)
    size = (request.get("arrayProperties") or {}).get("size")
    if size is None:
        return Job(slots, record)
    children = []
    for index in range(int(size)):
        child = make_record(request, definition, queue_arn, f"{job_id}:{index}")
        children.append({**child, "arrayProperties": {"index": index}})
    return ArrayJob(slots, record, children)


def should_retry(strategy: Record, outcome: Outcome) -> bool:
    """What `evaluateOnExit` says about a failed attempt; Batch retries when no rule matches."""
    for rule in strategy.get("evaluateOnExit") or []:
        tests = (
            (rule.get("onExitCode"), str(outcome.code)),
            (rule.get("onReason"), outcome.detail or ""),
            (rule.get("onStatusReason"), outcome.reason),
        )
        if all(fnmatch.fnmatchcase(value.lower(), pattern.lower()) for pattern, value in tests if pattern):
            return str(rule["action"]).upper() == "RETRY"
    return True


def tell(record: Record) -> None:
    """The event "Batch Job State Change"."""
    entry = {
        "Source": "aws.batch",
        "DetailType": "Batch Job State Change",
        "Detail": json.dumps(record),
        "Resources": [record["jobArn"]],
    }
    eventbridge._put_events({"Entries": [entry]}, allow_aws_source=True)


def new_slots() -> Slots:
    return Slots(float(runtime.settings().job_slots))
