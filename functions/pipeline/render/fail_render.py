"""render, whatever failed: say so on the job, in words."""

from typing import Any

from shared.base.running import serve
from shared.contract.declare import step
from shared.contract.resources import JOBS, OPERATIONS, VIDEOS
from shared.domains.jobs.service.failing import fail_job


@step(needs=(JOBS.get, JOBS.query, JOBS.update, VIDEOS.update, OPERATIONS.update))
def fail_render(told: dict[str, Any]) -> dict[str, Any]:
    """Set the job's error, once; a job that has ended is left alone. A worker is told its number, the machine none."""
    fail_job(told["job"], told["error"], is_over="worker" not in told)
    return {}


handler = serve(fail_render)
