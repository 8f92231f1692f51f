"""transcode, step 2: decide which renditions, in which segments, on which lane."""

from typing import Any

from shared.base.running import serve
from shared.contract.declare import Compute, Layer, step
from shared.contract.resources import MEDIA, VIDEOS
from shared.domains.videos.service.transcoding import TranscodingService


@step(
    needs=(MEDIA.put("work/"), VIDEOS.update),
    compute=Compute(memory=1769, seconds=60, layers=(Layer.FFMPEG,)),
)
def plan_encode(told: dict[str, Any]) -> dict[str, Any]:
    """Where the plan lies, and its lane; never the GPU's again once that has failed."""
    return TranscodingService.open(told).plan(told["facts"], told.get("gpu_failure", ""))


handler = serve(plan_encode)
