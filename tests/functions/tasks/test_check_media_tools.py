"""The media function finds out whether FFmpeg runs, and remembers it."""

import imageio_ffmpeg
import pytest

from functions.tasks.check_media_tools import handler
from shared.contract.resources import OPERATIONS
from tests.aws import Stage
from tests.clock import TurnedClock


def test_it_tells_the_version_and_remembers_it_for_a_day(
    stage: Stage, turned_clock: TurnedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FFMPEG_PATH", imageio_ffmpeg.get_ffmpeg_exe())
    found = handler({}, None)
    assert (found["state"], found["checked_at"]) == ("healthy", turned_clock.seconds)
    assert found["detail"].startswith("ffmpeg version ")
    (row,) = stage.rows(OPERATIONS)
    assert row["state"]["S"] == "healthy"
    assert int(row["expires_at"]["N"]) - int(turned_clock.seconds) == 24 * 3600
    handler({}, None)
    assert len(stage.rows(OPERATIONS)) == 1


@pytest.mark.parametrize("path", ["/nowhere/ffmpeg", "/bin/false", "/bin/true"])
def test_a_program_that_is_no_ffmpeg_is_unhealthy(stage: Stage, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    monkeypatch.setenv("FFMPEG_PATH", path)
    assert handler({}, None)["state"] == "unhealthy"
