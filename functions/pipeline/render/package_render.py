"""render, step 4: join fragments into one file, write the playlists, and draw poster, storyboard and preview."""

from typing import Any

from shared.base.running import serve
from shared.contract.declare import Compute, Layer, step
from shared.contract.needs import unseen
from shared.contract.resources import JOBS, MEDIA
from shared.domains.jobs.service.composing import ComposingService


@step(
    needs=(
        JOBS.get,
        JOBS.put,
        JOBS.update,
        MEDIA.read("work/"),
        MEDIA.read("v/"),
        MEDIA.list("v/"),
        MEDIA.put("v/"),
        unseen(MEDIA.abort("v/"), "only a write that fails halfway is given up"),
    ),
    compute=Compute(memory=1769, seconds=900, layers=(Layer.FFMPEG,)),
)
def package_render(told: dict[str, Any]) -> dict[str, Any]:
    """What was published: the variant, duration, size."""
    return ComposingService.open(told).package(told["plan"])


handler = serve(package_render)
