"""GET /api/v1/jobs: the caller's jobs, and what they amount to."""

from typing import Annotated

from pydantic import Field

from functions.api.jobs._models import studio_answer
from shared.contract.declare import get
from shared.contract.permissions import user
from shared.contract.resources import CURSOR_KEY, JOBS
from shared.domains.jobs.model import Status
from shared.domains.jobs.rules.answers import JobAnswer, JobStatistics, statistics
from shared.domains.jobs.service.desk import JobService
from shared.http.caller import Caller
from shared.http.framework import BaseModel, Query
from shared.http.paging import Pagination, pagination_of
from shared.http.serve import serve


class Jobs(BaseModel):
    """Jobs, the latest first. `total_count` is of all that the filter lets through."""

    jobs: Annotated[list[JobAnswer], Field(max_length=100)]
    total_count: int
    statistics: JobStatistics
    pagination: Pagination


@get(
    "/api/v1/jobs",
    caller=user("renders:read"),
    needs=(JOBS.query_index("by_owner"), JOBS.query_index("by_status"), JOBS.get, CURSOR_KEY.read),
    errors=((400, "INVALID_CURSOR"),),
)
async def list_jobs(
    caller: Caller,
    jobs: JobService,
    status: Status | None = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    cursor: Annotated[str, Query(max_length=200)] = "",
) -> Jobs:
    """List the caller's jobs, all or those in one status. `cursor` is `pagination.next_cursor` of the answer before."""
    found = jobs.page(caller.require_user(), status, limit=limit, cursor=cursor)
    return Jobs(
        jobs=[studio_answer(job) for job in found.jobs],
        total_count=found.total,
        statistics=statistics(found.account),
        pagination=pagination_of(found, 1, limit),
    )


handler = serve(list_jobs)
