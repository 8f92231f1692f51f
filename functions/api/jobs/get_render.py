"""GET /api/render/{job_id}: how far a job is."""

from functions.api.jobs._models import watch_answer
from shared.contract.declare import get
from shared.contract.permissions import user
from shared.contract.resources import JOBS
from shared.domains.jobs.rules.answers import JobAnswer
from shared.domains.jobs.service.desk import JobService
from shared.http.caller import Caller
from shared.http.serve import serve


@get(
    "/api/render/{job_id}",
    caller=user("renders:read"),
    needs=(JOBS.get,),
    errors=((400, "BAD_REQUEST"), (404, "NOT_FOUND")),
)
async def get_render(job_id: str, caller: Caller, jobs: JobService) -> JobAnswer:
    """Tell where a job stands. Progress never goes back."""
    return watch_answer(jobs.get(job_id, caller.require_user()))


handler = serve(get_render)
