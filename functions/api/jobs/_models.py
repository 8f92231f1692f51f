"""What several endpoints of jobs answer with."""

from shared.domains.jobs.model import Job, Status
from shared.domains.jobs.rules.answers import JobAnswer, answer
from shared.http.framework import BaseModel


class JobCancelled(BaseModel):
    """That the job has ended, now or before."""

    job_id: str
    status: Status


class JobRetried(BaseModel):
    """The job waits for its beginning again; `attempt` counts from 1."""

    job_id: str
    video_id: str
    status: Status
    attempt: int


def watch_answer(job: Job) -> JobAnswer:
    """The answer of the Watch edition."""
    return answer(job, f"/api/download/{job.id}")


def studio_answer(job: Job) -> JobAnswer:
    """The answer of the Studio edition."""
    return answer(job, f"/api/v1/videos/{job.video_id}/download")
