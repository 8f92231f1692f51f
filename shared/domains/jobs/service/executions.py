"""Executions follow what the rows of their jobs say: whoever asks for work writes the row, its stream does the rest."""

from dataclasses import dataclass
from typing import Any

from shared.base.aws import execution_arn, execution_status, start_execution, tell_to_stop
from shared.base.consuming import Change
from shared.base.outcomes import cause_of
from shared.domains.jobs.model import Job, Status
from shared.domains.jobs.rules.keys import execution_name
from shared.domains.jobs.store.jobs import JobStore
from shared.domains.jobs.store.rows import to_job
from shared.domains.videos.store import tasks

MACHINE = "RENDER_MACHINE"


@dataclass(frozen=True)
class ExecutionService:
    """What is told to Step Functions. Whatever is told twice, or late, has no second effect."""

    jobs: JobStore

    @classmethod
    def open(cls) -> "ExecutionService":
        """On the stage's table."""
        return cls(JobStore.open())

    def follow(self, change: Change) -> None:
        """Start what waits to begin, stop what was cancelled, answer what waits for a report that has come.

        Raises botocore's errors when Step Functions does not answer: then it is to be told again.
        """
        if change.after is None:
            return
        job = to_job(change.after)
        if job.status is Status.PENDING:
            self._start(job)
        elif job.status is Status.CANCELLED:
            arn = execution_arn(MACHINE, execution_name(job.id, job.attempt))
            tell_to_stop(arn, "The job was cancelled.")
        elif job.report_id and "report_id" not in (change.before or {}):
            _answer(job)

    def _start(self, told: Job) -> None:
        """Start an attempt that still waits: it may have been cancelled, which the first step would find out too."""
        job = self.jobs.get(told.id)
        if job is not None and (job.status, job.attempt) == (Status.PENDING, told.attempt):
            start_execution(MACHINE, execution_name(job.id, job.attempt), payload(job))

    def start_again(self, job: Job) -> bool:
        """Start what still waits for its execution; False when that one has been and gone."""
        name = execution_name(job.id, job.attempt)
        if start_execution(MACHINE, name, payload(job)):
            return True
        return execution_status(execution_arn(MACHINE, name)) == "RUNNING"


def _answer(job: Job) -> None:
    """Have the execution go on, or fail in the renderer's words."""
    if job.report_error:
        code, _, message = job.report_error.partition(" ")
        tasks.fail(job.task_token, *cause_of(code, message))
    else:
        tasks.succeed(job.task_token, {})


def payload(job: Job) -> dict[str, Any]:
    """What an execution is told."""
    return {"job_id": job.id, "video_id": job.video_id, "attempt": job.attempt}
