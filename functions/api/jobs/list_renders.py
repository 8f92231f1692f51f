"""GET /api/render/jobs: the caller's jobs in pages."""

from typing import Annotated

from pydantic import Field

from functions.api.jobs._models import watch_answer
from shared.contract.declare import get
from shared.contract.permissions import user
from shared.contract.resources import CURSOR_KEY, JOBS
from shared.domains.jobs.model import Status
from shared.domains.jobs.rules.answers import JobAnswer
from shared.domains.jobs.service.desk import JobService
from shared.http.caller import Caller
from shared.http.framework import BaseModel, Query
from shared.http.paging import Pagination, pagination_of
from shared.http.serve import serve


class RenderJobs(BaseModel):
    """A page of jobs, the latest first."""

    jobs: Annotated[list[JobAnswer], Field(max_length=100)]
    pagination: Pagination


@get(
    "/api/render/jobs",
    caller=user("renders:read"),
    needs=(JOBS.query_index("by_owner"), JOBS.query_index("by_status"), JOBS.get, CURSOR_KEY.read),
    errors=((400, "INVALID_CURSOR, INVALID_PAGE"),),
)
async def list_renders(
    caller: Caller,
    jobs: JobService,
    status: Status | None = None,
    page: Annotated[int, Query(ge=1)] = 1,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    cursor: Annotated[str, Query(max_length=200)] = "",
) -> RenderJobs:
    """List the caller's jobs, all or those in one status. `page` reaches 1000 jobs deep, `cursor` all of them."""
    found = jobs.page(caller.require_user(), status, limit=limit, page=page, cursor=cursor, route="renders")
    return RenderJobs(jobs=[watch_answer(job) for job in found.jobs], pagination=pagination_of(found, page, limit))


handler = serve(list_renders)
