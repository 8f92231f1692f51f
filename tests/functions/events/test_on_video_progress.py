"""A video's row changes, and what AWS keeps for it follows."""

from collections.abc import Iterator
from typing import Any

import pytest

from shared.base.ids import new_id
from shared.domains.videos.model import Video
from shared.domains.videos.rules.keys import upload_key
from shared.domains.videos.rules.reports import Report
from shared.domains.videos.service.catalogue import CatalogueService
from shared.domains.videos.service.outside import OutsideService
from shared.domains.videos.service.processing import ProcessingService
from shared.domains.videos.service.uploads import UploadService
from tests.aws import Stage
from tests.shared.domains.videos.conftest import (
    MEDIA,
    OWNER,
    SIZE,
    VERSION,
    MakeVideo,
    awaiting,
    processing,
    queued,
    running,
    send_parts,
    uploads,
)
from tests.streams import Streams, streamed

__all__ = ["awaiting", "processing", "queued", "running", "uploads"]

ABORT = "s3:AbortMultipartUpload"
TOKEN = "a-task-token"


@pytest.fixture
def streams(stage: Stage) -> Iterator[Streams]:
    with streamed(stage, "on_video_progress") as made:
        yield made


def arrived(stage: Stage, video: Video) -> list[int] | None:
    """The parts that S3 holds; None when it has no such upload."""
    with stage.unrecorded():
        parts = UploadService.open().uploads.parts(upload_key(video.id), video.upload_id)
    return None if parts is None else [part.part_number for part in parts]


def test_the_parts_of_an_upload_that_is_given_up_go_whatever_is_told_again(
    awaiting: MakeVideo, uploads: UploadService, stage: Stage, streams: Streams
) -> None:
    video, other = awaiting(multipart=True), awaiting(multipart=True)
    for one in (video, other):
        send_parts(stage, one, b"a")
    uploads.abort(video.id, OWNER.id)
    assert arrived(stage, video) == [1]
    assert stage.calls_of(streams.tell).count(ABORT) == 1
    streams.rewind()
    streams.tell(times=2)
    assert (arrived(stage, video), arrived(stage, other)) == (None, [1])


def test_nothing_is_dropped_of_what_was_one_put_or_goes_on(
    awaiting: MakeVideo, uploads: UploadService, stage: Stage, streams: Streams
) -> None:
    uploads.abort(awaiting().id, OWNER.id)
    video = awaiting(multipart=True)
    send_parts(stage, video, b"a")
    ProcessingService.open().accept_upload(video.id, size=SIZE, upload_version=VERSION)
    assert ABORT not in stage.calls_of(streams.tell)
    assert arrived(stage, video) == [1]


def test_a_drop_that_fails_comes_again(
    awaiting: MakeVideo, uploads: UploadService, stage: Stage, streams: Streams
) -> None:
    video = awaiting(multipart=True)
    uploads.abort(video.id, OWNER.id)
    with stage.refusing("s3", "AbortMultipartUpload", "SlowDown", times=1) as fired:
        with pytest.raises(AssertionError):
            streams.tell()
        streams.rewind()
        streams.tell()
    assert fired
    assert arrived(stage, video) is None


@pytest.fixture
def handed_out(running: MakeVideo) -> MakeVideo:
    """Makes a video that the outside encoder works on."""

    def make(**more: Any) -> Video:
        video = running(**more)
        assert OutsideService.open().hand_out(video.id, VERSION, TOKEN)
        return video

    return make


def report(video: Video, *, succeeded: bool = True) -> None:
    OutsideService.open().take(new_id(), Report(video.id, succeeded, {"480p": "https://cdn.example/480p.mp4"}))


def answered(stage: Stage) -> list[str]:
    """How waiting executions were answered."""
    return [call.operation for call in stage.calls if call.operation.startswith("SendTask")]


@pytest.mark.parametrize("succeeded", [True, False])
def test_a_report_is_answered_and_may_be_twice(
    handed_out: MakeVideo, stage: Stage, streams: Streams, *, succeeded: bool
) -> None:
    report(handed_out(), succeeded=succeeded)
    assert answered(stage) == []
    operation = "SendTaskSuccess" if succeeded else "SendTaskFailure"
    with stage.refusing("stepfunctions", operation, "ServiceUnavailable", times=1) as fired:
        with pytest.raises(AssertionError):
            streams.tell()
        streams.rewind()
        streams.tell()
    assert fired
    for code in ("TaskTimedOut", "TaskDoesNotExist"):
        streams.rewind()
        with stage.refusing("stepfunctions", operation, code) as fired:
            streams.tell()
        assert fired, "an execution that waits no more is fine"
    assert set(answered(stage)) == {operation}


def test_what_our_own_pipeline_ends_is_no_answer(
    running: MakeVideo, processing: ProcessingService, stage: Stage, streams: Streams
) -> None:
    assert processing.fail(running().id, VERSION, "BROKEN", "It broke.")
    assert processing.complete(running().id, VERSION, MEDIA)
    streams.tell()
    assert answered(stage) == []


def test_what_comes_after_a_report_is_no_answer(handed_out: MakeVideo, stage: Stage, streams: Streams) -> None:
    video = handed_out()
    report(video)
    CatalogueService.open().delete(video.id, OWNER.id)
    streams.tell()
    assert answered(stage) == ["SendTaskSuccess"]
