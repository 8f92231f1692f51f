"""From an upload that has arrived to an execution that works on it; and back, for those that got lost on the way."""

import hashlib

from shared.base import clock, logs
from shared.base.aws import execution_arn, execution_status, start_execution
from shared.base.objects import Objects
from shared.base.running import each
from shared.base.settings import setting
from shared.domains.videos.model import OpenState, OpenVideo, Status
from shared.domains.videos.rules.keys import uploaded_video
from shared.domains.videos.service.processing import ProcessingService

SILENT_SECONDS = 30 * 60
"""Longest time that a healthy execution says nothing: a Batch job may wait 20 minutes for a machine."""

WAITING_SECONDS = 5 * 60
"""Longest time between an upload's arrival and the first step."""

MACHINE = "TRANSCODE_MACHINE"
LOST = ("PROCESSING_LOST", "Processing stopped without a result. Upload the video again.")


class IntakeService:
    """Starts executions, each once for a version of an upload."""

    def __init__(self, videos: ProcessingService, objects: Objects) -> None:
        """`videos` keeps what becomes of each video."""
        self._videos = videos
        self._objects = objects

    @classmethod
    def open(cls) -> "IntakeService":
        """On the stage's own resources."""
        return cls(ProcessingService.open(), Objects(setting("MEDIA_BUCKET", "-")))

    def start(self, key: str, *, size: int, upload_version: str) -> None:
        """Start the work on an object that has arrived; one that nobody asked for is left alone."""
        video_id = uploaded_video(key)
        accepted = video_id and self._videos.accept_upload(video_id, size=size, upload_version=upload_version)
        if not video_id or not accepted:
            self._refuse(key, video_id)
            return
        self._execute(video_id, upload_version, size)

    def _refuse(self, key: str, video_id: str | None) -> None:
        """An object that no video waits for is removed; that of a video which is on its way or done stays."""
        video = self._videos.get(video_id) if video_id else None
        gone = video is None or video.status in (Status.CANCELLED, Status.FAILED, Status.DELETED)
        logs.log("WARNING", "no video waits for this object", key=key, removed=gone)
        if gone:
            self._objects.erase(key)

    def _execute(self, video_id: str, upload_version: str, size: int) -> bool:
        payload = {"video_id": video_id, "upload_version": upload_version, "size": size}
        started = start_execution(MACHINE, execution_name(video_id, upload_version), payload)
        logs.log("INFO", "transcode started" if started else "transcode was started before", video_id=video_id)
        return started

    def sweep(self) -> None:
        """Deal with every video whose work is open and silent."""
        now = clock.now()
        each(
            [
                *self._videos.stuck(now - WAITING_SECONDS, OpenState.QUEUED),
                *self._videos.stuck(now - SILENT_SECONDS, OpenState.PROCESSING),
            ],
            self._go_on,
        )

    def _go_on(self, found: OpenVideo) -> None:
        if found.open_state is OpenState.QUEUED:
            self._start_again(found)
        else:
            self._end_if_lost(found)

    def _start_again(self, waiting: OpenVideo) -> None:
        video = self._videos.get(waiting.video_id)
        if video is None or not self._videos.touch(video.id, OpenState.QUEUED):
            return
        if self._execute(video.id, video.upload_version, video.file_size):
            return
        arn = execution_arn(MACHINE, execution_name(video.id, video.upload_version))
        if execution_status(arn) != "RUNNING":
            self._videos.fail(video.id, video.upload_version, *LOST)

    def _end_if_lost(self, silent: OpenVideo) -> None:
        if execution_status(silent.execution_arn) == "RUNNING":
            self._videos.touch(silent.video_id, OpenState.PROCESSING)
            return
        self._videos.fail(silent.video_id, None, *LOST)


def execution_name(video_id: str, upload_version: str) -> str:
    """The one name of the execution for one version of one upload: 69 characters, of the 80 that are allowed."""
    digest = hashlib.sha256(upload_version.encode()).hexdigest()[:32]
    return f"{video_id}-{digest}"
