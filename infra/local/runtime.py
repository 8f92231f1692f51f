"""What the corrections share inside the emulator's process: its settings and its process supervisor."""

from __future__ import annotations

from typing import Any

from infra.local.addresses import local_urls
from infra.local.processes import Supervisor
from infra.local.settings import Settings

_shared: dict[str, Any] = {}


def begin(settings: Settings, supervisor: Supervisor) -> None:
    _shared.update(settings=settings, supervisor=supervisor)


def settings() -> Settings:
    found: Settings = _shared["settings"]
    return found


def supervisor() -> Supervisor:
    found: Supervisor = _shared["supervisor"]
    return found


def ffmpeg_path() -> str:
    if "ffmpeg" not in _shared:
        import imageio_ffmpeg

        _shared["ffmpeg"] = imageio_ffmpeg.get_ffmpeg_exe()
    return str(_shared["ffmpeg"])


def local_variables(variables: dict[str, str]) -> dict[str, str]:
    """A function's or a job's variables with this machine's addresses and FFmpeg."""
    here = settings()
    changed = {name: local_urls(str(value), here.endpoint, here.media_url) for name, value in variables.items()}
    return changed | ({"FFMPEG_PATH": ffmpeg_path()} if "FFMPEG_PATH" in variables else {})
