"""The Batch API: what the emulator drops, lacks or answers at once."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable
from functools import cache
from typing import Any

from infra.local.batch.jobs import TERMINAL, ArrayJob, Job, Slots, make_job, new_slots
from infra.local.differences import correction
from infra.local.emulator import account, region, responses
from infra.local.emulator import batch as stock

Request = dict[str, Any]
Response = Any  # (status, headers, body), as the emulator's services answer
_policies = responses.AccountRegionScopedDict()
_running: dict[str, Job] = {}
_slots = cache(new_slots)
_MAX_ARRAY = 10_000


def slots() -> Slots:
    return _slots()


def _error(message: str) -> Response:
    return responses.error_response_json("ClientException", message, 400)


def register_job_definition(request: Request) -> Response:
    status, headers, body = stock._register_job_definition(request)
    if status == 200:
        record = stock._job_definitions[request["jobDefinitionName"]][-1]
        kept = ("parameters", "retryStrategy", "timeout", "platformCapabilities", "propagateTags", "schedulingPriority")
        record.update({key: copy.deepcopy(request[key]) for key in kept if key in request})
    return status, headers, body


def deregister_job_definition(request: Request) -> Response:
    if found := find_definition(request.get("jobDefinition", "")):
        found["status"] = "INACTIVE"
    return stock._json(200, {})


def describe_job_definitions(request: Request) -> Response:
    wanted = request.get("jobDefinitions") or []
    name, status = request.get("jobDefinitionName"), request.get("status")
    found = [
        record
        for revisions in stock._job_definitions.values()
        for record in revisions
        if (
            not wanted
            or {record["jobDefinitionArn"], f"{record['jobDefinitionName']}:{record['revision']}"} & set(wanted)
        )
        and (not name or record["jobDefinitionName"] == name)
        and (not status or record["status"] == status)
    ]
    return stock._json(200, {"jobDefinitions": found})


def find_definition(reference: str) -> dict[str, Any] | None:
    """The active revision that a name, `name:revision` or ARN means; the newest when none is named."""
    name, _, revision = reference.rpartition("job-definition/")[2].partition(":")
    active = [
        record
        for record in stock._job_definitions.get(name, [])
        if record["status"] == "ACTIVE" and (not revision or str(record["revision"]) == revision)
    ]
    return active[-1] if active else None


def create_job_queue(request: Request) -> Response:
    status, headers, body = stock._create_job_queue(request)
    if status == 200:
        kept = ("schedulingPolicyArn", "jobStateTimeLimitActions")
        stock._job_queues[request["jobQueueName"]].update({key: request[key] for key in kept if key in request})
    return status, headers, body


def update_job_queue(request: Request) -> Response:
    name, error = stock._job_queue_name_from_ref(request.get("jobQueue"))
    record = stock._job_queues.get(name) if name else None
    if error or record is None:
        return error or _error(f"{request.get('jobQueue')} does not exist")
    kept = ("state", "priority", "computeEnvironmentOrder", "schedulingPolicyArn", "jobStateTimeLimitActions")
    record.update({key: request[key] for key in kept if key in request})
    return stock._json(200, {"jobQueueName": name, "jobQueueArn": record["jobQueueArn"]})


def _deleter(store: Any, field: str) -> Callable[[Request], Response]:
    def delete(request: Request) -> Response:
        store.pop(str(request.get(field, "")).rpartition("/")[2], None)
        return stock._json(200, {})

    return delete


def put_scheduling_policy(request: Request) -> Response:
    name = request.get("name") or request.get("arn", "").rpartition("/")[2]
    arn = f"arn:aws:batch:{region()}:{account()}:scheduling-policy/{name}"
    record = _policies.setdefault(name, {"name": name, "arn": arn})
    record.update({key: request[key] for key in ("fairsharePolicy", "tags") if key in request})
    return stock._json(200, {"name": name, "arn": record["arn"]})


def submit_job(request: Request) -> Response:
    """Check as Batch does, then start the job."""
    definition = find_definition(request.get("jobDefinition", ""))
    queue, error = stock._job_queue_name_from_ref(request.get("jobQueue"))
    if error:
        return error
    record = stock._job_queues.get(queue)
    if refused := _refusal(request, definition, record):
        return _error(refused)
    assert definition
    job = make_job(request, definition, stock._jq_arn(queue), slots())
    _running[job.record["jobId"]] = job
    job.start()
    return stock._json(200, {key: job.record[key] for key in ("jobId", "jobName", "jobArn")})


def _refusal(request: Request, definition: Any, queue: Any) -> str | None:
    size = (request.get("arrayProperties") or {}).get("size")
    tests = (
        (not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,127}", request.get("jobName") or ""), "jobName is not valid"),
        (definition is None, f"JobDefinition not found: {request.get('jobDefinition')}"),
        (queue is None, f"JobQueue {request.get('jobQueue')} not found"),
        (queue and queue["state"] != "ENABLED", f"JobQueue {request.get('jobQueue')} is not ENABLED"),
        (
            queue and queue.get("schedulingPolicyArn") and not request.get("shareIdentifier"),
            "shareIdentifier is required for a job queue with a fair-share scheduling policy",
        ),
        (size is not None and not 2 <= size <= _MAX_ARRAY, f"Array size must be between 2 and {_MAX_ARRAY}"),
    )
    return next((message for failed, message in tests if failed), None)


def _find(job_id: str) -> Job | None:
    parent, _, index = job_id.partition(":")
    found = _running.get(parent)
    if index and isinstance(found, ArrayJob):
        return found.children[int(index)] if index.isdigit() and int(index) < len(found.children) else None
    return found


def stop_job(request: Request, *, running_too: bool) -> Response:
    if job := _find(str(request.get("jobId"))):
        job.stop(request.get("reason") or "Terminated by user", running_too=running_too)
    return stock._json(200, {})


def terminate(job_id: str, reason: str) -> None:
    stop_job({"jobId": job_id, "reason": reason}, running_too=True)


def wait_job(job_id: str, given_up: Callable[[], str | None], give_up: Callable[[str], None]) -> dict[str, Any] | None:
    """Block until the job has ended: its record. A reason from `given_up` calls `give_up` with it, and gives None."""
    job = _running[job_id]
    with slots().changed:
        while job.record["status"] not in TERMINAL:
            if why := given_up():
                break
            slots().changed.wait(0.25)
        else:
            found: dict[str, Any] = copy.deepcopy(job.record)
            return found
    give_up(why)
    return None


def list_jobs(request: Request) -> Response:
    parent, status = request.get("arrayJobId"), request.get("jobStatus")
    if not parent:
        code, headers, body = stock._list_jobs(request)
        data = json.loads(body)
        data["jobSummaryList"] = [job for job in data.get("jobSummaryList", []) if ":" not in job["jobId"]]
        return code, headers, json.dumps(data).encode()
    fields = ("jobId", "jobArn", "jobName", "status", "createdAt", "arrayProperties")
    children = [record for job_id, record in stock._jobs.items() if job_id.startswith(f"{parent}:")]
    found = [{key: record[key] for key in fields} for record in children if not status or record["status"] == status]
    return stock._json(200, {"jobSummaryList": found})


@correction(
    title="AWS Batch",
    aws="Runs each job's command, with retries, timeouts, dependencies, arrays, logs and its job role.",
    emulator="Every job succeeds at once; half of the API is missing.",
    names=(
        "services.batch: _DISPATCH _jobs _job_queues _job_definitions _compute_envs _register_job_definition",
        "services.batch: _create_job_queue _list_jobs _job_queue_name_from_ref _json _job_arn _jq_arn",
        "services.eventbridge: _put_events",
    ),
)
def run_jobs() -> None:
    stock._DISPATCH.update(OPERATIONS)


OPERATIONS: dict[str, Callable[[Request], Response]] = {
    "/v1/registerjobdefinition": register_job_definition,
    "/v1/deregisterjobdefinition": deregister_job_definition,
    "/v1/describejobdefinitions": describe_job_definitions,
    "/v1/createjobqueue": create_job_queue,
    "/v1/updatejobqueue": update_job_queue,
    "/v1/deletejobqueue": _deleter(stock._job_queues, "jobQueue"),
    "/v1/deletecomputeenvironment": _deleter(stock._compute_envs, "computeEnvironment"),
    "/v1/createschedulingpolicy": put_scheduling_policy,
    "/v1/updateschedulingpolicy": put_scheduling_policy,
    "/v1/deleteschedulingpolicy": _deleter(_policies, "arn"),
    "/v1/submitjob": submit_job,
    "/v1/listjobs": list_jobs,
    "/v1/terminatejob": lambda request: stop_job(request, running_too=True),
    "/v1/canceljob": lambda request: stop_job(request, running_too=False),
}
