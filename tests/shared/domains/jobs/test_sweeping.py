"""The nets that end every job: the step that catches, the end of the execution, the sweep; each by itself."""

import json
from typing import Any

import pytest

from functions.events.on_execution_ended import handler as on_execution_ended
from functions.pipeline.render.fail_render import handler as fail_render
from functions.schedules.sweep_stuck_jobs import handler as sweep
from shared.base.objects import Objects
from shared.contract.resources import JOBS
from shared.domains.jobs.model import Job, Status
from shared.domains.jobs.service import executions as starting
from shared.domains.jobs.service import sweeping
from shared.domains.jobs.service.desk import JobService
from shared.domains.jobs.service.sweeping import LONGEST_STEP_SECONDS, LOOK_SECONDS, WAITING_SECONDS
from tests.aws import Stage
from tests.clock import TurnedClock
from tests.shared.domains.jobs.conftest import ARN, OWNER, MakeJob, check_books, stored


@pytest.fixture(autouse=True)
def executions(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Execution -> its status, as Step Functions would tell; starting one of a name that is there is refused."""
    found: dict[str, str] = {}

    def start(_: str, name: str, told: dict[str, Any]) -> bool:
        arn = ARN.rpartition(":")[0] + f":{name}"
        if arn in found:
            return False
        found[arn] = "RUNNING"
        return True

    def stop(arn: str, why: str) -> bool:
        was, found[arn] = found.get(arn), "ABORTED"
        return was == "RUNNING"

    monkeypatch.setattr(starting, "start_execution", start)
    monkeypatch.setattr(starting, "execution_status", lambda arn: found.get(arn, "MISSING"))
    monkeypatch.setattr(sweeping, "execution_status", lambda arn: found.get(arn, "MISSING"))
    monkeypatch.setattr(sweeping, "stop_execution", stop)
    return found


def told(job: Job) -> dict[str, Any]:
    return {"job_id": job.id, "video_id": job.video_id, "attempt": job.attempt}


def ended(job: Job, status: str = "TIMED_OUT") -> dict[str, Any]:
    return {"detail": {"status": status, "input": json.dumps(told(job)), "executionArn": ARN}}


@pytest.mark.parametrize(
    ("error", "code"),
    [
        ({"Error": "StepError", "Cause": json.dumps({"errorMessage": '{"code": "A", "message": "B."}'})}, "A"),
        ({"Error": "States.Timeout"}, "PROCESSING_TIMEOUT"),
        ({"Error": "StepError", "Cause": "not JSON"}, "PROCESSING_FAILED"),
        ({"Error": "ValueError", "Cause": "{}"}, "PROCESSING_FAILED"),
        ({}, "PROCESSING_FAILED"),
    ],
)
def test_the_step_that_catches(running: MakeJob, stage: Stage, error: dict[str, str], code: str) -> None:
    job = running()
    for _ in range(2):
        fail_render({"job": told(job), "execution": ARN, "error": error}, None)
        failed = stored(job)
        assert (failed.status, failed.error_code, failed.open_state) == (Status.FAILED, code, "")
        assert failed.error_message.endswith(".")
    check_books(stage)


@pytest.mark.parametrize("at", ["pending", "running"])
def test_the_end_of_the_execution(at: str, request: pytest.FixtureRequest, stage: Stage) -> None:
    job: Job = request.getfixturevalue(at)()
    for _ in range(2):
        on_execution_ended(ended(job), None)
        assert (stored(job).status, stored(job).error_code) == (Status.FAILED, "PROCESSING_TIMEOUT")
    on_execution_ended(ended(job, "ABORTED"), None)
    assert stored(job).error_code == "PROCESSING_TIMEOUT", "the first reason stays"
    check_books(stage)


def test_the_end_of_a_cancelled_execution_changes_nothing(running: MakeJob, desk: JobService, stage: Stage) -> None:
    job = running()
    desk.cancel(job.id, OWNER.id)
    rows = stage.rows(JOBS)
    on_execution_ended(ended(job, "ABORTED"), None)
    assert stage.rows(JOBS) == rows


def test_the_sweep_starts_what_waits_and_fails_what_is_gone(
    pending: MakeJob, stage: Stage, turned_clock: TurnedClock, executions: dict[str, str]
) -> None:
    job = pending()
    sweep({}, None)
    assert executions == {}
    turned_clock.advance(WAITING_SECONDS + 1)
    sweep({}, None)
    ((arn, status),) = executions.items()
    assert (arn.rpartition(":")[2], status) == (f"{job.id}-1", "RUNNING")
    turned_clock.advance(WAITING_SECONDS + 1)
    sweep({}, None)
    assert stored(job).status is Status.PENDING, "its execution is still there"
    executions[arn] = "FAILED"
    turned_clock.advance(WAITING_SECONDS + 1)
    sweep({}, None)
    assert (stored(job).status, stored(job).error_code) == (Status.FAILED, "JOB_LOST")
    check_books(stage)


def test_the_sweep_looks_after_jobs_at_work(
    running: MakeJob, stage: Stage, turned_clock: TurnedClock, executions: dict[str, str]
) -> None:
    job = running()
    executions[ARN] = "RUNNING"
    for _ in range(2):
        turned_clock.advance(LOOK_SECONDS + 1)
        sweep({}, None)
        assert stored(job).status is Status.PROCESSING
    executions[ARN] = "SUCCEEDED"
    turned_clock.advance(LOOK_SECONDS - 1)
    sweep({}, None)
    assert stored(job).status is Status.PROCESSING, "it was looked at a moment ago"
    turned_clock.advance(2)
    sweep({}, None)
    assert (stored(job).status, stored(job).error_code) == (Status.FAILED, "JOB_LOST")
    check_books(stage)


def test_what_a_cancelled_job_has_made_is_removed_until_nothing_writes(
    running: MakeJob, desk: JobService, stage: Stage, turned_clock: TurnedClock, executions: dict[str, str]
) -> None:
    job, other = running(), running()
    executions[ARN] = "RUNNING"
    keys = [f"work/{job.video_id}/x/plan.json", f"v/{job.video_id}/1/720p.mp4", f"v/{other.video_id}/1/720p.mp4"]
    for key in keys:
        Objects.open().put(key, b"x", "text/plain")
    desk.cancel(job.id, OWNER.id)
    turned_clock.advance(1)
    sweep({}, None)
    assert executions[ARN] == "ABORTED", "first it is stopped"
    turned_clock.advance(1)
    sweep({}, None)
    assert list(Objects.open().keys("v/")) == keys[2:]
    assert list(Objects.open().keys("work/")) == []
    assert stored(job).open_state == "tidying"
    Objects.open().put(keys[1], b"late", "text/plain")
    turned_clock.advance(LONGEST_STEP_SECONDS)
    sweep({}, None)
    assert list(Objects.open().keys("v/")) == keys[2:]
    assert stored(job).open_state == ""


def test_one_that_fails_keeps_no_other_waiting(
    pending: MakeJob, turned_clock: TurnedClock, executions: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs = [pending() for _ in range(3)]
    start = starting.start_execution

    def break_once(machine: str, name: str, told: dict[str, Any]) -> bool:
        if name.startswith(jobs[0].id):
            raise OSError("no")
        return start(machine, name, told)

    monkeypatch.setattr(starting, "start_execution", break_once)
    turned_clock.advance(WAITING_SECONDS + 1)
    with pytest.raises(ExceptionGroup):
        sweep({}, None)
    assert len(executions) == 2
