"""transcode, step 1: find out what the upload is, or refuse it."""

from typing import Any

from shared.base.running import serve
from shared.contract.declare import Compute, Layer, step
from shared.contract.resources import MEDIA, OPERATIONS, VIDEOS
from shared.domains.videos.service.transcoding import TranscodingService


@step(
    needs=(MEDIA.read_version("uploads/"), VIDEOS.get, VIDEOS.update, OPERATIONS.update),
    compute=Compute(memory=1769, seconds=90, layers=(Layer.MEDIA,)),
)
def probe_source(told: dict[str, Any]) -> dict[str, Any]:
    """The facts of the source, as JSON."""
    return TranscodingService.open(told).probe()


handler = serve(probe_source)
