"""What several endpoints of jobs answer with."""

from shared.domains.jobs.model import Job, Status
from shared.domains.jobs.rules.answers import JobAnswer, answer
from shared.domains.jobs.service.desk import Download
from shared.http.framework import BaseModel, Response


class JobCancelled(BaseModel):
    """That the job has ended, now or before."""

    job_id: str
    status: Status


class DownloadAddress(BaseModel):
    """Where the file is to be had until `expires_at`, for anybody who knows the address."""

    url: str
    expires_at: str


def watch_answer(job: Job) -> JobAnswer:
    """The answer of the Watch edition."""
    return answer(job, f"/api/download/{job.id}")


def studio_answer(job: Job) -> JobAnswer:
    """The answer of the Studio edition."""
    return answer(job, f"/api/v1/videos/{job.video_id}/download")


def download_answer(download: Download, *, redirect: bool) -> Response:
    """A redirect to the file, or its address for those who cannot follow one across origins."""
    if redirect:
        return Response(status_code=302, headers={"location": download.url})
    told = DownloadAddress(url=download.url, expires_at=download.expires_at)
    return Response(told.model_dump_json(), media_type="application/json")
