"""Videos, as metrics and health count them."""

from functions.api.operations import get_admin_health, get_metrics
from shared.base.ids import new_id
from shared.domains.videos.model import Author, PublishedMedia
from shared.domains.videos.service.processing import ProcessingService
from shared.domains.videos.service.uploads import UploadService, UploadWish
from tests.api import call
from tests.callers import service_token
from tests.clock import TurnedClock
from tests.functions.api.operations.conftest import Operated

VERSION = "upload-version-1"


def upload() -> str:
    """A new video; its id."""
    return UploadService.open().request(Author(new_id(), "ada", "Ada"), UploadWish("a.mp4", 9, "video/mp4")).video.id


def test_jobs_are_the_videos_by_status(operated: Operated, turned_clock: TurnedClock) -> None:
    processing = ProcessingService.open()
    waiting, queued, ready = upload(), [upload() for _ in range(2)], upload()
    for video_id in (*queued, ready):
        assert processing.accept_upload(video_id, size=9, upload_version=VERSION)
    assert processing.begin(ready, VERSION, "arn")
    assert processing.complete(ready, VERSION, PublishedMedia(1, 640, 360, ()))
    token = service_token(operated.stage, "internal:all")
    jobs = {"awaiting_upload": 1, "queued": 2, "processing": 0, "ready": 1}

    told = call(get_metrics.handler, "GET", "/metrics", token=token).body.splitlines()
    assert sorted(line for line in told if line.startswith("showreel_jobs{")) == sorted(
        f'showreel_jobs{{status="{status}"}} {number}' for status, number in jobs.items()
    )
    health = call(get_admin_health.handler, "GET", "/api/v1/admin/health", token=token).json
    assert (health["jobs"], health["queue_depth"]) == (jobs, 2)

    assert processing.fail(waiting, None, "UPLOAD_ABANDONED", "The file never arrived.")
    turned_clock.advance(61)
    told = call(get_metrics.handler, "GET", "/metrics", token=token).body.splitlines()
    assert 'showreel_jobs{status="failed"} 1' in told
    assert 'showreel_jobs{status="awaiting_upload"} 0' in told
