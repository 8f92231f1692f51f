"""A video's row changes, and what AWS keeps for it follows."""

from collections.abc import Iterator

import pytest

from shared.base.objects import Objects
from shared.contract.resources import MEDIA as BUCKET
from shared.domains.videos.model import Video
from shared.domains.videos.rules.keys import upload_key
from shared.domains.videos.service.processing import ProcessingService
from shared.domains.videos.service.uploads import UploadService
from tests.aws import Stage, real_name
from tests.shared.domains.videos.conftest import OWNER, SIZE, VERSION, MakeVideo, awaiting, uploads
from tests.shared.domains.videos.test_uploads import send_parts
from tests.streams import Streams, streamed

__all__ = ["awaiting", "uploads"]

ABORT = "s3:AbortMultipartUpload"


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
    assert Objects.open().bucket == real_name(BUCKET)
