"""Videos that an encoder which is not ours works on."""

from collections.abc import Mapping
from dataclasses import dataclass

from shared.base import aws, clock, webhooks
from shared.base.errors import ConflictError
from shared.base.settings import setting
from shared.domains.videos.errors import VideoNotFoundError
from shared.domains.videos.model import PublishedMedia, Status, Video
from shared.domains.videos.rules.reports import ENCODER_FAILED, NO_REASON, OUTSIDE, Report, published
from shared.domains.videos.service.processing import ProcessingService
from shared.domains.videos.store.videos import VideoStore
from shared.domains.videos.store.writes import Expected

SECRET_VARIABLE = "VIDEO_PROCESSING_WEBHOOK_SECRET"


@dataclass(frozen=True)
class OutsideService:
    """Hands videos out to the outside encoder, and takes its reports."""

    store: VideoStore

    @classmethod
    def open(cls) -> "OutsideService":
        """The service on the stage's table."""
        return cls(VideoStore.open())

    def hand_out(self, video_id: str, upload_version: str, task_token: str) -> bool:
        """Leave a video that is being processed to the outside encoder; the execution waits on the task token.

        False when the video is no longer being processed. A retry of the waiting state brings a new token.
        """
        expected = Expected((Status.PROCESSING,), {"upload_version": upload_version, "report_id": ""})
        touched = clock.timestamp()
        return self.store.change(video_id, expected, encoder=OUTSIDE, task_token=task_token, touched_at=touched).made

    def verify(self, headers: Mapping[str, str], body: bytes) -> str:
        """The id of a report that the encoder signed; BadSignatureError for any other."""
        return webhooks.verify(aws.secret(SECRET_VARIABLE), headers, body, clock.now())

    def take(self, report_id: str, report: Report) -> None:
        """Let a report have its effect: once, whatever arrives twice. Two calls; aftermath.py answers the execution.

        Raises VideoNotFoundError for a video that was not handed out, ConflictError for one whose end is settled.
        """
        video = self.store.get(report.video_id)
        if video is None or video.encoder != OUTSIDE or video.status is Status.DELETED:
            raise VideoNotFoundError
        if video.report_id not in ("", report_id):
            raise ConflictError("Another report has settled this video")
        media = published(report, video, setting("CDN_BASE_URL")) if report.succeeded else None
        message = report.error_message or NO_REASON
        if not self._settle(video, report_id, media, message):
            raise ConflictError("This video is not being processed any more")

    def _settle(self, video: Video, report_id: str, media: PublishedMedia | None, message: str) -> bool:
        """The same last step as our own pipeline's; what an earlier delivery of the report settled stays."""
        if video.report_id == report_id:
            return True
        processing = ProcessingService(self.store)
        if media is None:
            failed = (ENCODER_FAILED, message)
            return processing.fail(video.id, video.upload_version, *failed, report_id=report_id, known=video)
        return processing.complete(video.id, video.upload_version, media, report_id=report_id, known=video)
