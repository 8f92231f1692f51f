"""render, step 2: fix what is rendered, in which units, on which lane; tell what is wrong with the scenes."""

from typing import Any

from shared.base.running import serve
from shared.contract.declare import Compute, Layer, step
from shared.contract.resources import JOBS, MEDIA
from shared.domains.jobs.service.rendering import RenderingService


@step(
    needs=(JOBS.get, JOBS.put, JOBS.update, JOBS.check, MEDIA.read("work/"), MEDIA.list("work/"), MEDIA.put("work/")),
    compute=Compute(memory=1769, seconds=120, layers=(Layer.FFMPEG, Layer.FONTS)),
)
def plan_render(told: dict[str, Any]) -> dict[str, Any]:
    """Where the plan lies, its lane, and the numbers of its workers."""
    words = told.get("words", {})  # none where an execution goes on with an earlier definition
    return RenderingService.open(told).plan(are_words_timed=words.get("timed", False))


handler = serve(plan_render)
