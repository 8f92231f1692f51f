"""GET /api/v1/jobs/{job_id}/status: how far a job is."""

from functions.api.jobs._models import studio_answer
from shared.contract.declare import get
from shared.contract.permissions import user
from shared.contract.resources import JOBS
from shared.domains.jobs.rules.answers import JobAnswer
from shared.domains.jobs.service.desk import JobService
from shared.http.caller import Caller
from shared.http.serve import serve


@get(
    "/api/v1/jobs/{job_id}/status",
    caller=user("renders:read"),
    needs=(JOBS.get,),
    errors=((400, "BAD_REQUEST"), (404, "NOT_FOUND")),
)
async def get_job_status(job_id: str, caller: Caller, jobs: JobService) -> JobAnswer:
    """Tell where a job stands, for those who ask again and again. Progress never goes back."""
    return studio_answer(jobs.get(job_id, caller.require_user()))


handler = serve(get_job_status)
