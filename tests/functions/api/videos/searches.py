"""What tests of finding videos share: a request, and the stream that postings are written by."""

from collections.abc import Iterator
from typing import Any

import pytest

from functions.api.videos.edit_video import handler as edit_video
from functions.api.videos.list_videos import handler
from tests.api import Answer
from tests.aws import Stage
from tests.functions.api.videos.conftest import Someone
from tests.streams import Streams, streamed

PATH = "/api/videos"


@pytest.fixture
def stream(stage: Stage) -> Iterator[Streams]:
    """The stream of videos, which tells when a test says so."""
    with streamed(stage, "on_video_changed") as streams:
        yield streams


def get(query: str = "", who: Someone | None = None, **more: Any) -> Answer:
    """Ask for a list."""
    return (who or Someone()).call(handler, "GET", PATH, query=query, **more)


def edit(video_id: str, owner: Someone, **wish: Any) -> None:
    """Change a video as its owner does."""
    assert owner.call(edit_video, "PATCH", f"/api/videos/{video_id}", wish).status == 200
