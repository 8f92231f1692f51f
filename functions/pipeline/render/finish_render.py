"""render, step 5: the job is completed, and its video ready."""

from typing import Any

from shared.base.running import serve
from shared.contract.declare import step
from shared.contract.resources import COUNTS, JOBS, OPERATIONS, VIDEOS
from shared.domains.jobs.model import Status
from shared.domains.jobs.service.rendering import RenderingService


@step(
    needs=(
        *(JOBS.get, JOBS.put, JOBS.query, JOBS.update),
        *(VIDEOS.get, VIDEOS.update, OPERATIONS.update, COUNTS.update),
    )
)
def finish_render(told: dict[str, Any]) -> dict[str, Any]:
    """Complete the job, once."""
    RenderingService.open(told, Status.COMPLETED).finish(told["published"])
    return {}


handler = serve(finish_render)
