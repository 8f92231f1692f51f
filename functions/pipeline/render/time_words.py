"""render, before step 2 where subtitles need it: find out when words are said, in as many rounds as it takes."""

from typing import Any

from shared.base.running import serve
from shared.contract.declare import Compute, Layer, step
from shared.contract.needs import unseen
from shared.contract.resources import JOBS, MEDIA, TRANSCRIPTION
from shared.domains.jobs.service.speaking import SpeakingService


@step(
    needs=(
        JOBS.get,
        JOBS.put,
        JOBS.update,
        unseen(JOBS.check, "only where somebody is paid for words, and the engine of the local stack is not"),
        MEDIA.read_version("uploads/"),
        MEDIA.read("v/"),
        unseen(MEDIA.read("fetched/"), "no test reaches the internet"),
        MEDIA.read("work/"),
        MEDIA.list("work/"),
        MEDIA.put("work/"),
        TRANSCRIPTION.start,
        TRANSCRIPTION.get,
    ),
    compute=Compute(memory=1769, seconds=900, layers=(Layer.FFMPEG, Layer.SPEECH)),
)
def time_words(told: dict[str, Any]) -> dict[str, Any]:
    """What is next: the plan, or another round after a while."""
    return SpeakingService.open(told).time_words()


handler = serve(time_words)
