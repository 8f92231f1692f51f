"""transcode, beside everything that follows the plan: encode the beginning, so that it can be played at once."""

from typing import Any

from shared.base.running import serve
from shared.contract.declare import Compute, Layer, step
from shared.contract.needs import unseen
from shared.contract.resources import MEDIA, VIDEOS
from shared.domains.videos.service.transcoding import TranscodingService

LATE = "only a worker that is late for the failure of its video erases after itself"


@step(
    needs=(
        MEDIA.read_version("uploads/"),
        MEDIA.read("work/"),
        MEDIA.list("early/"),
        MEDIA.read("early/"),
        MEDIA.put("early/"),
        unseen(MEDIA.abort("early/"), "pieces are small enough to be put at once"),
        unseen(MEDIA.list_versions("early/"), LATE),
        unseen(MEDIA.delete_version("early/"), LATE),
        unseen(VIDEOS.get, LATE),
        VIDEOS.update,
    ),
    compute=Compute(memory=8846, seconds=900, layers=(Layer.FFMPEG,)),
    is_awaited=False,
)
def encode_early(told: dict[str, Any]) -> dict[str, Any]:
    """Publish the beginning of the lowest rung in pieces. Whatever becomes of it, the video goes its way."""
    TranscodingService.open(told).encode_early(told["plan"])
    return {}


handler = serve(encode_early)
