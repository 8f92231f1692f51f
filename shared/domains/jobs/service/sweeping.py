"""The last net, and what a cancelled job leaves behind."""

from dataclasses import dataclass

from shared.base import clock
from shared.base.aws import execution_status, stop_execution
from shared.base.objects import Objects
from shared.base.running import each
from shared.domains.jobs.model import Job, OpenJob, OpenState
from shared.domains.jobs.rules.status import LOST
from shared.domains.jobs.service.executions import ExecutionService
from shared.domains.jobs.service.working import WorkService
from shared.domains.videos.rules.keys import PUBLISHED
from shared.domains.videos.rules.work import WORK

WAITING_SECONDS = 5 * 60
"""Longest time between an order and its first step."""

LOOK_SECONDS = 10 * 60
"""How often somebody looks whether the execution of a job at work is still there."""

LONGEST_STEP_SECONDS = 16 * 60
"""Lambda ends a function after 15 minutes, whoever has cancelled its job."""

SWEPT_AT_ONCE = 100


@dataclass(frozen=True)
class SweepService:
    """One round over all jobs with open work."""

    executions: ExecutionService
    work: WorkService
    objects: Objects

    @classmethod
    def open(cls) -> "SweepService":
        """On the stage's own resources."""
        return cls(ExecutionService.open(), WorkService.open(), Objects.open())

    def run(self) -> None:
        """Deal with every job that nobody has looked at for too long."""
        now, store = clock.now(), self.work.moves.jobs
        each(
            [
                *store.open_work(OpenState.PENDING, now - WAITING_SECONDS, SWEPT_AT_ONCE),
                *store.open_work(OpenState.PROCESSING, now - LOOK_SECONDS, SWEPT_AT_ONCE),
                *store.open_work(OpenState.TIDYING, now, SWEPT_AT_ONCE),
            ],
            self._go_on,
        )

    def _go_on(self, found: OpenJob) -> None:
        """Go on with one job, which goes to the end of the queue first, in case it fails again and again."""
        job = self.work.get(found.job_id)
        if job is None or job.open_state != found.open_state:
            return
        if not self.work.moves.jobs.change(job, touched_at=clock.timestamp()).made:
            return
        if found.open_state is OpenState.TIDYING:
            self._tidy(job)
        elif not self._is_under_way(job):
            self.work.fail(job, *LOST)
            self.work.settle(job)

    def _is_under_way(self, job: Job) -> bool:
        if job.open_state == OpenState.PENDING:
            return self.executions.start_again(job)
        return execution_status(job.execution_arn) == "RUNNING"

    def _tidy(self, job: Job) -> None:
        """Remove what a cancelled job has made, until nothing can write any more."""
        if job.execution_arn and stop_execution(job.execution_arn, "The job was cancelled."):
            return
        for prefix in (WORK, PUBLISHED):
            self.objects.erase(f"{prefix}{job.video_id}/")
        if not job.execution_arn or clock.now() - clock.seconds(job.completed_at) > LONGEST_STEP_SECONDS:
            self.work.settle(job)
            self.work.moves.jobs.change(job, open_state="", touched_at="")
