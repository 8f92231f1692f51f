"""render, step 3: render a run of units, or the sound. Runs on Lambda or on Batch."""

from typing import Any

from shared.base.running import run_as_job, serve
from shared.contract.declare import Compute, Lane, Layer, step
from shared.contract.needs import unseen
from shared.contract.resources import JOBS, MEDIA, OPERATIONS, VIDEOS
from shared.domains.jobs.rules.usage import RENDER_MEMORY, RENDER_SCRATCH
from shared.domains.jobs.service.composing import ComposingService

_BROKEN = "only a source that breaks while it is decoded asks for it"


@step(
    needs=(
        JOBS.get,
        JOBS.put,
        JOBS.update,
        unseen(VIDEOS.update, _BROKEN),
        unseen(OPERATIONS.update, _BROKEN),
        MEDIA.read_version("uploads/"),
        MEDIA.read("v/"),
        unseen(MEDIA.read("fetched/"), "no test reaches the internet"),
        MEDIA.read("work/"),
        MEDIA.list("work/"),
        MEDIA.put("work/"),
        unseen(MEDIA.abort("work/"), _BROKEN),
    ),
    compute=Compute(memory=RENDER_MEMORY, seconds=900, layers=(Layer.FFMPEG, Layer.FONTS), scratch=RENDER_SCRATCH),
    lanes=(Lane.LAMBDA, Lane.BATCH),
)
def render_run(told: dict[str, Any]) -> dict[str, Any]:
    """Write fragments and their indexes; what was written before is not made again."""
    ComposingService.open(told).render(told["plan"], told.get("worker", 0))
    return {}


handler = serve(render_run)

if __name__ == "__main__":
    run_as_job(render_run)
