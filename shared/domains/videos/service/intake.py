"""From an upload that has arrived to an execution that works on it; and back, for those that got lost on the way."""

import hashlib
import re

from shared.base import clock, logs
from shared.base.aws import execution_status, start_execution
from shared.base.ids import UUID_PATTERN
from shared.domains.videos.service.processing import ProcessingService

_SOURCE_KEY = re.compile(rf"uploads/({UUID_PATTERN})/source")

SILENT_SECONDS = 30 * 60
"""Longest time that a healthy execution says nothing: a Batch job may wait 20 minutes for a machine."""

WAITING_SECONDS = 5 * 60
"""Longest time between an upload's arrival and the first step."""


class IntakeService:
    """Starts executions, each once for a version of an upload."""

    def __init__(self, videos: ProcessingService) -> None:
        """`videos` keeps what becomes of each video."""
        self._videos = videos

    @classmethod
    def open(cls) -> "IntakeService":
        """On the stage's own resources."""
        return cls(ProcessingService.open())

    def start(self, key: str, *, size: int, upload_version: str) -> None:
        """Start the work on an object that has arrived; one that nobody asked for is left alone."""
        found = _SOURCE_KEY.fullmatch(key)
        video = self._videos.accept_upload(found[1], size=size, upload_version=upload_version) if found else None
        if video is None:
            logs.log("WARNING", "an object that no video waits for", key=key)
            return
        self._execute(video.video_id, upload_version, size)

    def _execute(self, video_id: str, upload_version: str, size: int) -> None:
        payload = {"video_id": video_id, "upload_version": upload_version, "size": size}
        started = start_execution("TRANSCODE_MACHINE", execution_name(video_id, upload_version), payload)
        logs.log("INFO", "transcode started" if started else "transcode runs already", video_id=video_id)

    def sweep(self) -> None:
        """Deal with every video whose work is open and silent."""
        now = clock.now()
        for video in self._videos.stuck("queued", now - WAITING_SECONDS):
            self._execute(video.video_id, video.upload_version, video.file_size)
        for video in self._videos.stuck("processing", now - SILENT_SECONDS):
            if execution_status(video.execution_arn) != "RUNNING":
                self._videos.fail(
                    video.video_id, video.upload_version, "PROCESSING_LOST", "Processing stopped. Upload the video again."
                )


def execution_name(video_id: str, upload_version: str) -> str:
    """The one name of the execution for one version of one upload: 69 characters, of the 80 that are allowed."""
    digest = hashlib.sha256(upload_version.encode()).hexdigest()[:32]
    return f"{video_id}-{digest}"
