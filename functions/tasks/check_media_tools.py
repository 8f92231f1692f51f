"""Has FFmpeg say its version. Health checks call it when its last answer is a minute old, so idling costs nothing."""

import subprocess
from typing import Any

from shared.base.running import serve
from shared.base.settings import setting
from shared.contract.declare import Compute, Layer, task
from shared.contract.resources import OPERATIONS
from shared.domains.operations.model import Finding, State
from shared.domains.operations.service.health import OperationsService
from shared.media.runner import encoder_build


@task(needs=(OPERATIONS.put,), compute=Compute(memory=1024, layers=(Layer.FFMPEG,)))
def check_media_tools(event: dict[str, Any]) -> dict[str, Any]:
    """Remember and give what was found: `state`, `detail` (version, or what is wrong), `checked_at` (epoch)."""
    finding = _look()
    OperationsService.open().remember_tools(finding)
    return {"state": finding.state, "detail": finding.detail, "checked_at": finding.checked_at}


def _look() -> Finding:
    try:
        return Finding(State.HEALTHY, encoder_build(setting("FFMPEG_PATH")))
    except (OSError, IndexError, subprocess.SubprocessError) as error:
        return Finding(State.UNHEALTHY, f"FFmpeg does not run: {type(error).__name__}")


handler = serve(check_media_tools)
