"""A job as callers see it, in either edition."""

from typing import Annotated

from pydantic import BaseModel, Field

from shared.base import clock
from shared.domains.jobs.model import MOST_WARNINGS, Account, Job, Kind, Status
from shared.domains.jobs.rules.prices import dollars

LITTLE = 15
"""Percent below which progress says too little about what is left: a plan alone is 8."""


class JobCost(BaseModel):
    """US dollars: what was expected when the work was planned (null before), and what the ledger says so far."""

    estimated: float | None
    actual: float


class JobAnswer(BaseModel):
    """A job. `duration_seconds` is from its creation to its end or its last change. Null is what is not known yet.

    `warnings` say what came out otherwise than was wished; lists do not tell them.
    """

    job_id: str
    video_id: str
    kind: Kind
    title: str
    status: Status
    progress: int
    current_step: str | None
    created_at: str
    updated_at: str
    started_at: str | None
    completed_at: str | None
    duration_seconds: float
    estimated_completion: str | None
    error: str | None
    error_code: str | None
    warnings: Annotated[list[str], Field(max_length=MOST_WARNINGS)]
    download_url: str | None
    cost: JobCost


class JobStatistics(BaseModel):
    """All jobs of the caller, whatever the list shows.

    `success_rate` is of those that were not cancelled and have ended; `average_duration_seconds` of completed ones;
    `total_cost` in US dollars.
    """

    total: int
    pending: int
    processing: int
    completed: int
    failed: int
    cancelled: int
    success_rate: float | None
    average_duration_seconds: float | None
    total_cost: float


def answer(job: Job, download_path: str) -> JobAnswer:
    """The answer about a job; `download_path` is where its video is fetched from once it is there."""
    return JobAnswer(
        job_id=job.id,
        video_id=job.video_id,
        kind=job.kind,
        title=job.title,
        status=job.status,
        progress=job.progress,
        current_step=job.current_step or None,
        created_at=job.created_at,
        updated_at=job.updated_at,
        started_at=job.started_at or None,
        completed_at=job.completed_at or None,
        duration_seconds=round(clock.seconds(job.completed_at or job.updated_at) - clock.seconds(job.created_at), 3),
        estimated_completion=estimated_completion(job, clock.now()),
        error=job.error_message or None,
        error_code=job.error_code or None,
        warnings=job.warnings.splitlines(),
        download_url=download_path if job.status is Status.COMPLETED else None,
        cost=JobCost(estimated=dollars(job.estimated_cost) if job.estimated_cost else None, actual=dollars(job.cost)),
    )


def estimated_completion(job: Job, now: float) -> str | None:
    """When a job that is worked on will have ended: by its pace once that says something, by its plan before.

    After a retry by its plan alone: progress begins with what earlier attempts have reached.
    """
    if job.status is not Status.PROCESSING or not job.started_at:
        return None
    began = clock.seconds(job.started_at)
    if job.attempt == 1 and job.progress >= LITTLE and now > began:
        return clock.timestamp(now + (now - began) * (100 - job.progress) / job.progress)
    return clock.timestamp(max(now, began + job.estimated_seconds)) if job.estimated_seconds else None


def statistics(account: Account) -> JobStatistics:
    """The numbers of an account."""
    counts = {str(status): number for status, number in account.by_status.items()}
    completed, failed = account.by_status[Status.COMPLETED], account.by_status[Status.FAILED]
    return JobStatistics(
        total=account.total,
        **counts,
        success_rate=round(completed / (completed + failed), 4) if completed + failed else None,
        average_duration_seconds=round(account.seconds / completed, 1) if completed else None,
        total_cost=dollars(account.spent),
    )
