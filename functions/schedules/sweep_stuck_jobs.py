"""Every five minutes: jobs that never began, whose execution is gone, or that were cancelled and have left objects."""

from typing import Any

from shared.base.running import serve
from shared.contract.declare import Compute, every
from shared.contract.resources import JOBS, MEDIA, OPERATIONS, RENDER, VIDEOS
from shared.domains.jobs.service.sweeping import SweepService

_PREFIXES = ("work/", "v/")


@every(
    5,
    needs=(
        JOBS.query_index("by_state"),
        JOBS.get,
        JOBS.query,
        JOBS.update,
        VIDEOS.update,
        OPERATIONS.update,
        RENDER.start,
        RENDER.describe,
        RENDER.stop,
        *(MEDIA.list_versions(prefix) for prefix in _PREFIXES),
        *(MEDIA.delete_version(prefix) for prefix in _PREFIXES),
    ),
    compute=Compute(seconds=600),
)
def sweep_stuck_jobs(event: dict[str, Any]) -> None:
    """The last net: start what waits, fail what nobody works on any more, remove what cancelled jobs have made."""
    SweepService.open().run()


handler = serve(sweep_stuck_jobs)
