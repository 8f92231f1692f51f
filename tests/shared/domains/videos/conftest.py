"""The stage for these tests, and videos at every point of their way."""

from collections.abc import Callable
from typing import Any

import pytest

from shared.base import aws
from shared.contract.resources import MEDIA as BUCKET
from shared.domains.videos.model import Author, NamedPart, PublishedMedia, Variant, Video
from shared.domains.videos.rules.keys import upload_key
from shared.domains.videos.service.catalogue import CatalogueService
from shared.domains.videos.service.processing import ProcessingService
from shared.domains.videos.service.uploads import UploadService, UploadWish
from tests.aws import Stage, real_name, stage
from tests.clock import turned_clock

__all__ = ["stage", "turned_clock"]

SIZE = 1000
VERSION = "upload-version-1"
ARN = "arn:aws:states:eu-central-1:123456789012:execution:showreel-test-transcode:one"
OWNER = Author("01900000-0000-7000-8000-000000000001", "ada", "Ada L.", "https://pictures.example/ada.jpg")
STRANGER = "01900000-0000-7000-8000-000000000002"
MEDIA = PublishedMedia(
    duration=12.5,
    width=1920,
    height=1080,
    variants=(
        Variant("1080p", 1920, 1080, 5_000_000, 3_200_000),
        Variant("720p", 1280, 720, 2_500_000, 1_600_000),
        Variant("480p", 854, 480, 1_200_000, 768_000),
    ),
    is_illustrated=True,
)

MakeVideo = Callable[..., Video]


def stored(processing: ProcessingService, video_id: str) -> Video:
    """A video that is there, as it stands."""
    video = processing.get(video_id)
    assert video is not None
    return video


def send_parts(stage: Stage, video: Video, *bodies: bytes) -> list[NamedPart]:
    """Put parts as their addresses would."""
    with stage.unrecorded():
        return [
            NamedPart(
                number,
                aws.client("s3").upload_part(
                    Bucket=real_name(BUCKET),
                    Key=upload_key(video.id),
                    UploadId=video.upload_id,
                    PartNumber=number,
                    Body=body,
                )["ETag"],
            )
            for number, body in enumerate(bodies, 1)
        ]


@pytest.fixture
def uploads(stage: Stage) -> UploadService:
    return UploadService.open()


@pytest.fixture
def processing(stage: Stage) -> ProcessingService:
    return ProcessingService.open()


@pytest.fixture
def catalogue(stage: Stage) -> CatalogueService:
    return CatalogueService.open()


@pytest.fixture
def awaiting(uploads: UploadService) -> MakeVideo:
    """Makes a video that awaits its upload; keywords are those of UploadWish."""

    def make(**wish: Any) -> Video:
        whole: dict[str, Any] = {"filename": "holiday.mp4", "file_size": SIZE, "content_type": "video/mp4", **wish}
        return uploads.request(OWNER, UploadWish(**whole)).video

    return make


@pytest.fixture
def queued(awaiting: MakeVideo, processing: ProcessingService) -> MakeVideo:
    """Makes a video whose upload has arrived."""

    def make(**wish: Any) -> Video:
        video_id = awaiting(**wish).id
        assert processing.accept_upload(video_id, size=SIZE, upload_version=VERSION)
        return stored(processing, video_id)

    return make


@pytest.fixture
def running(queued: MakeVideo, processing: ProcessingService) -> MakeVideo:
    """Makes a video that is being processed."""

    def make(**wish: Any) -> Video:
        video_id = queued(**wish).id
        assert processing.begin(video_id, VERSION, ARN)
        return stored(processing, video_id)

    return make


@pytest.fixture
def ready(running: MakeVideo, processing: ProcessingService) -> MakeVideo:
    """Makes a video that can be watched."""

    def make(**wish: Any) -> Video:
        video_id = running(**wish).id
        assert processing.complete(video_id, VERSION, MEDIA)
        return stored(processing, video_id)

    return make
