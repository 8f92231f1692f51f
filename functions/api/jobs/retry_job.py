"""POST /api/v1/jobs/{job_id}/retry: take a failed job up again."""

from functions.api.jobs._models import JobRetried
from shared.contract.declare import post
from shared.contract.permissions import user
from shared.contract.resources import JOBS, OPERATIONS, VIDEOS
from shared.domains.jobs.service.ordering import OrderService
from shared.http.caller import Caller
from shared.http.serve import serve


@post(
    "/api/v1/jobs/{job_id}/retry",
    caller=user("renders:write"),
    needs=(JOBS.get, JOBS.update, VIDEOS.update, OPERATIONS.update),
    status=202,
    idempotent=True,
    errors=((400, "BAD_REQUEST"), (404, "NOT_FOUND"), (409, "CONFLICT"), (429, "QUOTA_EXCEEDED")),
)
async def retry_job(job_id: str, caller: Caller, orders: OrderService) -> JobRetried:
    """Take a job that failed up again, where it failed: what is finished of it is neither made nor paid for again."""
    job = orders.retry(job_id, caller.require_user(), caller.tier)
    return JobRetried(job_id=job.id, video_id=job.video_id, status=job.status, attempt=job.attempt)


handler = serve(retry_job)
