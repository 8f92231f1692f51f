"""A job's row changes, and its execution follows, on a Step Functions that remembers the names of executions."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from functions.events.on_job_changed import handler
from shared.base import aws
from shared.contract.needs import Table
from shared.contract.resources import JOBS
from shared.domains.jobs.model import Job
from shared.domains.jobs.rules.keys import execution_name
from shared.domains.jobs.service.desk import JobService
from shared.domains.jobs.service.ordering import OrderService
from shared.domains.jobs.service.working import WorkService
from shared.domains.videos.service.catalogue import CatalogueService
from tests.aws import Stage
from tests.shared.domains.jobs.conftest import (
    ARN,
    MACHINE,
    MEDIA,
    OWNER,
    MakeJob,
    desk,
    machine,
    pending,
    running,
    work,
)
from tests.streams import Streams, streamed

__all__ = ["desk", "machine", "pending", "running", "work"]


@pytest.fixture
def streams(stage: Stage) -> Iterator[Streams]:
    """The stream of jobs, and the machine that renders them."""
    with stage.unrecorded():
        role = "arn:aws:iam::123456789012:role/machine"
        aws.client("stepfunctions").create_state_machine(name=MACHINE.rpartition(":")[2], definition="{}", roleArn=role)
    with streamed(stage, "on_job_changed") as made:
        yield made


def executions(stage: Stage) -> dict[str, str]:
    """Name of each execution -> its status."""
    with stage.unrecorded():
        found = aws.client("stepfunctions").list_executions(stateMachineArn=MACHINE)["executions"]
    return {one["name"]: one["status"] for one in found}


def given(stage: Stage, job: Job) -> Any:
    with stage.unrecorded():
        arn = aws.execution_arn("RENDER_MACHINE", execution_name(job.id, job.attempt))
        return json.loads(aws.client("stepfunctions").describe_execution(executionArn=arn)["input"])


def test_an_order_is_started_once_whatever_is_told_again(pending: MakeJob, stage: Stage, streams: Streams) -> None:
    job = pending()
    assert executions(stage) == {}
    streams.tell(times=2)
    streams.rewind()
    streams.tell()
    assert executions(stage) == {f"{job.id}-1": "RUNNING"}
    assert given(stage, job) == {"job_id": job.id, "video_id": job.video_id, "attempt": 1}


def test_a_start_is_a_look_at_the_job_and_the_start(pending: MakeJob, stage: Stage, streams: Streams) -> None:
    pending()
    calls = stage.calls_of(streams.tell)
    assert [call for call in calls if not call.startswith("sqs")] == [
        "dynamodb:GetItem",
        "stepfunctions:StartExecution",
    ]


def test_each_attempt_has_an_execution(running: MakeJob, work: WorkService, stage: Stage, streams: Streams) -> None:
    job = running()
    assert work.fail(job, "BROKEN", "It broke.")
    again = OrderService.open().retry(job.id, OWNER.id, "free")
    streams.tell()
    assert executions(stage) == {f"{job.id}-2": "RUNNING"}, "the first attempt is over"
    assert given(stage, again)["attempt"] == 2


def test_what_was_cancelled_meanwhile_is_not_started(
    pending: MakeJob, desk: JobService, stage: Stage, streams: Streams
) -> None:
    job = pending()
    desk.cancel(job.id, OWNER.id)
    streams.tell()
    assert executions(stage) == {}


@pytest.mark.parametrize("begun", [True, False])
def test_what_is_cancelled_is_stopped_whatever_is_told_again(
    begun: bool, pending: MakeJob, work: WorkService, desk: JobService, stage: Stage, streams: Streams
) -> None:
    job, other = pending(), pending()
    streams.tell()
    if begun:
        assert work.begin(job, ARN, "Reading")
        streams.tell()
    desk.cancel(job.id, OWNER.id)
    assert stage.calls_of(streams.tell) == ["stepfunctions:StopExecution"]
    streams.rewind()
    streams.tell(times=2)
    assert executions(stage) == {f"{job.id}-1": "ABORTED", f"{other.id}-1": "RUNNING"}


def test_the_attempt_that_is_cancelled_is_stopped(
    running: MakeJob, work: WorkService, desk: JobService, stage: Stage, streams: Streams
) -> None:
    job = running()
    assert work.fail(job, "BROKEN", "It broke.")
    OrderService.open().retry(job.id, OWNER.id, "free")
    streams.tell()
    desk.cancel(job.id, OWNER.id)
    streams.tell()
    assert executions(stage) == {f"{job.id}-2": "ABORTED"}


def test_a_job_whose_video_is_deleted_is_stopped_when_that_is_found_out(
    pending: MakeJob, work: WorkService, stage: Stage, streams: Streams
) -> None:
    job = pending()
    streams.tell()
    CatalogueService.open().delete(job.video_id, OWNER.id)
    assert not work.begin(job, ARN, "Reading")
    streams.tell()
    assert executions(stage) == {f"{job.id}-1": "ABORTED"}


def test_a_stop_that_fails_comes_again(pending: MakeJob, desk: JobService, stage: Stage, streams: Streams) -> None:
    job = pending()
    streams.tell()
    desk.cancel(job.id, OWNER.id)
    with stage.refusing("stepfunctions", "StopExecution", "ServiceUnavailable", times=1) as fired:
        with pytest.raises(AssertionError):
            streams.tell()
        streams.rewind()
        streams.tell()
    assert fired
    assert executions(stage) == {f"{job.id}-1": "ABORTED"}


@pytest.mark.parametrize("act", ["complete", "fail", "report"])
def test_nothing_follows_what_goes_on_or_ends_by_itself(
    act: str, running: MakeJob, work: WorkService, stage: Stage, streams: Streams
) -> None:
    job = running()
    streams.tell()
    acts: dict[str, Callable[[], bool]] = {
        "complete": lambda: work.complete(job, MEDIA),
        "fail": lambda: work.fail(job, "BROKEN", "It broke."),
        "report": lambda: work.report(job, 50, "Rendering"),
    }
    assert acts[act]()
    assert stage.calls_of(streams.tell) == []


def test_what_has_begun_is_not_started_again(running: MakeJob, stage: Stage, streams: Streams) -> None:
    running()
    streams.tell()
    assert executions(stage) == {}


def test_one_whose_start_fails_comes_again_and_keeps_no_other_waiting(
    pending: MakeJob, stage: Stage, streams: Streams
) -> None:
    jobs = [pending() for _ in range(3)]
    records = [inserted(stage, JOBS, f"job#{job.id}", str(number)) for number, job in enumerate(jobs)]
    with stage.refusing("stepfunctions", "StartExecution", "ServiceUnavailable", times=1) as fired:
        answer = handler({"Records": records}, None)
    assert fired
    assert answer == {"batchItemFailures": [{"itemIdentifier": "0"}]}
    assert set(executions(stage)) == {f"{job.id}-1" for job in jobs[1:]}
    assert handler({"Records": records}, None) == {"batchItemFailures": []}
    assert set(executions(stage)) == {f"{job.id}-1" for job in jobs}


def inserted(stage: Stage, table: Table, key: str, number: str) -> dict[str, Any]:
    """What a stream tells of an item that is new."""
    [row] = [row for row in stage.rows(table) if (row["pk"]["S"], row["sk"]["S"]) == (key, "job")]
    keys = {name: row[name] for name in ("pk", "sk")}
    return {"eventName": "INSERT", "dynamodb": {"SequenceNumber": number, "Keys": keys, "NewImage": row}}
