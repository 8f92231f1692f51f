"""POST /api/v1/jobs/{job_id}/cancel: cancel a job."""

from functions.api.jobs._models import JobCancelled
from shared.contract.declare import post
from shared.contract.permissions import user
from shared.contract.resources import JOBS, OPERATIONS, VIDEOS
from shared.domains.jobs.service.desk import JobService
from shared.http.caller import Caller
from shared.http.serve import serve


@post(
    "/api/v1/jobs/{job_id}/cancel",
    caller=user("renders:write"),
    needs=(JOBS.get, JOBS.update, VIDEOS.update, OPERATIONS.update),
    errors=((400, "BAD_REQUEST"), (404, "NOT_FOUND"), (409, "CONFLICT")),
)
async def cancel_job(job_id: str, caller: Caller, jobs: JobService) -> JobCancelled:
    """Cancel a job that has not ended: from now on nothing of it is published. A repeat answers the same."""
    job = jobs.cancel(job_id, caller.require_user())
    return JobCancelled(job_id=job.id, status=job.status)


handler = serve(cancel_job)
