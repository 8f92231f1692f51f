"""render, step 1: find the bytes of every source, fetch what lies on the internet, and look into all."""

from typing import Any

from shared.base.running import serve
from shared.contract.declare import Compute, Layer, step
from shared.contract.needs import unseen
from shared.contract.resources import JOBS, MEDIA, OPERATIONS, VIDEOS
from shared.domains.jobs.model import Status
from shared.domains.jobs.service.rendering import RenderingService

_AGAIN = "only a later try asks what earlier ones have found"
_OFFLINE = "no test reaches the internet"


@step(
    needs=(
        JOBS.get,
        JOBS.put,
        JOBS.update,
        VIDEOS.get,
        VIDEOS.update,
        OPERATIONS.update,
        MEDIA.read_version("uploads/"),
        MEDIA.read("v/"),
        unseen(MEDIA.read("work/"), _AGAIN),
        unseen(MEDIA.list("work/"), _AGAIN),
        MEDIA.put("work/"),
        unseen(MEDIA.read("fetched/"), _OFFLINE),
        unseen(MEDIA.put("fetched/"), _OFFLINE),
        unseen(MEDIA.abort("fetched/"), _OFFLINE),
        unseen(MEDIA.list("fetched/"), _OFFLINE),
        unseen(MEDIA.list_versions("fetched/"), _OFFLINE),
        unseen(MEDIA.delete_version("fetched/"), _OFFLINE),
    ),
    compute=Compute(memory=1769, seconds=900, layers=(Layer.MEDIA,)),
)
def prepare_sources(told: dict[str, Any]) -> dict[str, Any]:
    """Write down what the sources are, which the next steps read; tell whether words are to be timed."""
    return RenderingService.open(told, Status.PENDING).prepare()


handler = serve(prepare_sources)
