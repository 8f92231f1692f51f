"""render, step 4: join fragments into one file, and write the playlists."""

from typing import Any

from shared.base.running import serve
from shared.contract.declare import Compute, step
from shared.contract.resources import JOBS, MEDIA
from shared.domains.jobs.service.composing import ComposingService


@step(
    needs=(JOBS.get, JOBS.put, JOBS.update, MEDIA.read("work/"), MEDIA.put("v/"), MEDIA.abort("v/")),
    compute=Compute(memory=1769, seconds=900),
)
def package_render(told: dict[str, Any]) -> dict[str, Any]:
    """What was published: the variant, duration, size."""
    return ComposingService.open(told).package(told["plan"])


handler = serve(package_render)
