"""transcode, step 3: encode all rungs of a run of segments, or the sound. Runs on Lambda or on Batch."""

from typing import Any

from shared.base.running import run_as_job, serve
from shared.contract.declare import Compute, Lane, Layer, step
from shared.contract.needs import unseen
from shared.contract.resources import MEDIA, OPERATIONS, VIDEOS
from shared.domains.videos.service.transcoding import TranscodingService


@step(
    needs=(
        MEDIA.read_version("uploads/"),
        MEDIA.read("work/"),
        MEDIA.list("work/"),
        MEDIA.put("work/"),
        unseen(MEDIA.abort("work/"), "only a write that fails halfway is given up"),
        VIDEOS.get,
        VIDEOS.update,
        OPERATIONS.update,
    ),
    compute=Compute(memory=8846, seconds=900, layers=(Layer.FFMPEG,)),
    lanes=(Lane.LAMBDA, Lane.BATCH),
)
def encode_run(told: dict[str, Any]) -> dict[str, Any]:
    """Write fragments and their indexes; what was written before is not made again."""
    return TranscodingService.open(told).encode(told["plan"], told.get("worker"))


handler = serve(encode_run)

if __name__ == "__main__":
    run_as_job(encode_run)
