"""One machine of states, and the words that callers know it by."""

from shared.domains.videos.model import Status, Video

RUNNING = (Status.PROCESSING, Status.QUEUED, Status.AWAITING_UPLOAD)
"""The states from which a video can still fail, the likeliest first."""

PRESENT = (Status.READY, *(status for status in Status if status not in (Status.READY, Status.DELETED)))
"""All states but deleted, the one that is deleted most first."""

_WATCH = {
    Status.AWAITING_UPLOAD: "uploaded",
    Status.QUEUED: "uploaded",
    Status.PROCESSING: "processing",
    Status.READY: "ready",
    Status.FAILED: "error",
    Status.CANCELLED: "error",
    Status.DELETED: "error",
}

_STUDIO = {
    Status.AWAITING_UPLOAD: "queued",
    Status.QUEUED: "queued",
    Status.PROCESSING: "processing",
    Status.READY: "completed",
    Status.FAILED: "failed",
    Status.CANCELLED: "failed",
    Status.DELETED: "failed",
}

CANCELLED_CODE = "CANCELLED"
CANCELLED_MESSAGE = "The upload was cancelled"
SIZE_MISMATCH = "SIZE_MISMATCH"


def is_playable(video: Video) -> bool:
    """Whether there is something to watch: the whole of it, or its beginning while the rest is processed."""
    return video.status is Status.READY or (video.status is Status.PROCESSING and video.early)


def processing_status(status: Status) -> str:
    """The status in the words of the Watch edition: uploaded, processing, ready, error."""
    return _WATCH[status]


def studio_word(status: Status) -> str:
    """The status in the words of the Studio edition: queued, processing, completed, failed."""
    return _STUDIO[status]
