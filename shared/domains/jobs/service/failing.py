"""The end of a job that cannot be done: the same from a state that caught an error and from outside the machine."""

from typing import Any

from shared.base.outcomes import words_of
from shared.domains.jobs.service.working import WorkService


def fail_job(asked: dict[str, Any], error: dict[str, Any], *, is_over: bool) -> None:
    """Set the job's error from a state's error output (Error, Cause); an earlier attempt, or one that ended, stays.

    asked    what the execution was told: job_id and attempt
    is_over  the whole execution has ended, and not one of several workers: then tries that were killed are charged, by
             what is known of them
    """
    work = WorkService.open()
    job = work.get(asked["job_id"])
    if job is None or job.attempt != asked["attempt"]:
        return
    work.fail(job, *words_of(error))
    if is_over:
        work.settle(job)
