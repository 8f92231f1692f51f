"""render, instead of rendering where the stage leaves that to Remotion Lambda: hand the job out and wait."""

from typing import Any

from shared.base.running import serve
from shared.contract.declare import step
from shared.contract.needs import unseen
from shared.contract.resources import JOBS, MEDIA
from shared.domains.jobs.service.handing_out import HandingOutService


@step(
    needs=(
        JOBS.get,
        JOBS.put,
        JOBS.update,
        MEDIA.read("work/"),
        MEDIA.put("work/"),
        MEDIA.read_version("uploads/"),
        unseen(MEDIA.read("v/"), "an address of what a job has made, for the renderer alone"),
        unseen(MEDIA.read("fetched/"), "no test reaches the internet"),
    )
)
def hand_out_render(told: dict[str, Any]) -> dict[str, Any]:
    """Keep the task's token with the job: the renderer's report at the webhook ends the wait."""
    HandingOutService.open(told).hand_out(told["token"])
    return {}


handler = serve(hand_out_render)
