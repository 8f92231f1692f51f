"""The stage, people who call, and videos of theirs: uploaded ones, and ones that jobs make."""

from collections.abc import Callable
from typing import Any

import pytest

from shared.domains.videos.service.processing import ProcessingService
from tests.functions.api.jobs.conftest import completed, machine, pending, running
from tests.functions.api.videos.conftest import (
    MEDIA,
    SIZE,
    VERSION,
    Someone,
    ada,
    awaiting,
    bob,
    someone,
    stage,
    turned_clock,
)

__all__ = ["ada", "awaiting", "bob", "completed", "machine", "pending", "running", "someone", "stage", "turned_clock"]

Upload = Callable[..., str]


@pytest.fixture
def transcoding(awaiting: Upload) -> Upload:
    """Makes a video of ada's that she has uploaded and that is being processed; returns its id."""

    def make(**wish: Any) -> str:
        video_id = awaiting(**wish)
        processing = ProcessingService.open()
        assert processing.accept_upload(video_id, size=SIZE, upload_version=VERSION)
        assert processing.begin(video_id, VERSION, "arn:aws:states:one")
        return video_id

    return make


@pytest.fixture
def ready(transcoding: Upload, ada: Someone) -> Upload:
    """Makes a video of ada's that she has uploaded and that can be watched; returns its id."""

    def make(**wish: Any) -> str:
        video_id = transcoding(**wish)
        assert ProcessingService.open().complete(video_id, VERSION, MEDIA)
        return video_id

    return make
