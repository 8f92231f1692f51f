"""transcode, step 4: join fragments into one file a rung, write the playlists, and draw storyboard and preview."""

from typing import Any

from shared.base.running import serve
from shared.contract.declare import Compute, Layer, step
from shared.contract.needs import unseen
from shared.contract.resources import MEDIA, VIDEOS
from shared.domains.videos.service.transcoding import TranscodingService


@step(
    needs=(
        MEDIA.read("work/"),
        MEDIA.put("v/"),
        unseen(MEDIA.abort("v/"), "only a write that fails halfway is given up"),
        MEDIA.list("v/"),
        MEDIA.list("early/"),
        MEDIA.read("early/"),
        MEDIA.put("early/"),
        VIDEOS.update,
    ),
    compute=Compute(memory=1769, seconds=900, layers=(Layer.FFMPEG,)),
)
def package_stream(told: dict[str, Any]) -> dict[str, Any]:
    """Publish, and let what was played early go on with it. What was published: variants, duration, size."""
    return TranscodingService.open(told).package(told["plan"])


handler = serve(package_stream)
