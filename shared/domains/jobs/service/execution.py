"""One execution's work on one job: what all steps of the workflow `render` do besides their own work."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Self

from shared.base import logs, meter
from shared.base.objects import Objects
from shared.base.running import ATTEMPT_SECONDS, StepError, seconds_left
from shared.base.settings import setting
from shared.domains.jobs.errors import BudgetError
from shared.domains.jobs.model import Job, Status
from shared.domains.jobs.rules.status import CANCELLED
from shared.domains.jobs.rules.units import UnitKeys
from shared.domains.jobs.rules.usage import batch_usage, lambda_usage
from shared.domains.jobs.service.parts import REPORT_SECONDS
from shared.domains.jobs.service.sources import Located, OpenSource
from shared.domains.jobs.service.working import WorkService
from shared.domains.videos.rules.work import WORK, WorkKeys
from shared.media.errors import MediaError

CLOSING_SECONDS = 30
"""What a step keeps for itself of Lambda's time, so that an encoder that is too slow ends with words."""

NOT_RENDERED = "VIDEO_GENERATION_FAILED"


class Execution:
    """One step of an execution on a job."""

    def __init__(self, told: dict[str, Any], job: Job, objects: Objects, work: WorkService) -> None:
        """`told` is a step's input: `job` (job_id, video_id, attempt), `execution` (its ARN), `try` from 0."""
        self._job = job
        self._execution: str = told["execution"]
        self._try = int(told.get("try") or setting("AWS_BATCH_JOB_ATTEMPT", "0"))
        self._objects = objects
        self._work = work
        self._reported = 0.0
        """When the job was last looked at, on the monotonic clock."""

    @classmethod
    def open(cls, told: dict[str, Any], *also: Status) -> Self:
        """On the stage's own resources, and the job as it stands. Steps that touch no object are told of no bucket.

        also  statuses besides `processing` in which the step has something to do
        """
        work, asked = WorkService.open(), told["job"]
        job = work.get(asked["job_id"])
        mine = job is not None and job.attempt == asked["attempt"]
        if job is None or not mine or not (job.status in also or _is_worked_on(job, told["execution"])):
            raise StepError(*CANCELLED)
        return cls(told, job, Objects(setting("MEDIA_BUCKET", "-")), work)

    @property
    def job(self) -> Job:
        """The job as it stands once it has been taken up."""
        return replace(self._job, status=Status.PROCESSING)

    @property
    def _sources_key(self) -> str:
        return f"{WORK}{self._job.video_id}/sources.json"

    @property
    def _words_key(self) -> str:
        return f"{WORK}{self._job.video_id}/words.json"

    def _sources(self) -> dict[str, Any]:
        found: dict[str, Any] = self._objects.get_json(self._sources_key)
        return found

    def _opener(self) -> OpenSource:
        """Opens the bytes of a source by its `src`."""
        found = {src: Located(**told["bytes"]) for src, told in self._sources().items()}
        return lambda src: found[src].open(self._objects, src)

    def _plan_key(self, plan_hash: str) -> str:
        return WorkKeys(self._job.video_id, plan_hash).plan

    def _unit_keys(self, plan: Any) -> UnitKeys:
        return UnitKeys(self._job.owner_id, [unit.key for unit in plan.units], plan.audio_key)

    def _report(self, percent: float, step: str) -> None:
        """Say how far the work is; end it when nobody waits for it any more."""
        self._reported = time.monotonic()
        if not self._work.report(self.job, percent, step):
            raise StepError(*CANCELLED)

    def _ask(self) -> None:
        """End the work when nobody waits for it any more: between reports, where there is nothing to report."""
        if time.monotonic() - self._reported < REPORT_SECONDS:
            return
        self._reported = time.monotonic()
        job = self._work.get(self._job.id)
        if job is None or job.attempt != self._job.attempt or not _is_worked_on(job, self._execution):
            raise StepError(*CANCELLED)

    @contextmanager
    def _charged(
        self, step: str, transitions: int = 1, lane: str = "lambda", worker: int | None = None
    ) -> Iterator[str]:
        """Write down that this try of a step begins, and what it cost, however it ends; its own error comes first.

        What is done to the output of an outside renderer is done a second time, and has lines of its own.
        Gives the key of its line in the ledger.
        """
        step += "_output" if self._job.output_url else ""

        def usage(seconds: float) -> Any:
            return lambda_usage(seconds, transitions) if lane == "lambda" else batch_usage(seconds)

        most = min(seconds_left(), ATTEMPT_SECONDS)
        line = self._work.begin_try(self._job, step, self._try, usage(1), round(most), worker)
        began, before = time.monotonic(), meter.requests()

        def charge() -> None:
            made = meter.requests()
            writes, reads = made.writes - before.writes, made.reads - before.reads
            taken = replace(usage(time.monotonic() - began), s3_writes=writes, s3_reads=reads)
            self._work.charge(self._job, line, taken)

        try:
            yield line.key
        except BaseException:
            try:
                charge()
            except Exception as error:  # noqa: BLE001 - what is under way says why the step failed
                logs.log_exception("a try could not be charged", error, job=self._job.id, step=step)
            raise
        charge()


def _is_worked_on(job: Job, execution: str) -> bool:
    return job.status is Status.PROCESSING and job.execution_arn == execution


@contextmanager
def in_words(what: str) -> Iterator[None]:
    """A source's fault ends the job; what is the engine's fault may pass."""
    try:
        yield
    except MediaError as error:
        if not error.is_source_fault:
            raise
        raise StepError(str(error.code), f"{what}: {error.message}") from None


@contextmanager
def within_budget() -> Iterator[None]:
    """Work that the owner's budget does not reach for ends the job."""
    try:
        yield
    except BudgetError as error:
        raise StepError(error.code, error.message) from None


def wall_seconds() -> float | None:
    """How long an encoder may run here; None leaves it to the engine, as in a Batch job."""
    left = seconds_left() - CLOSING_SECONDS
    return max(1.0, left) if left < float("inf") else None
