"""One machine of states, and the words that callers know it by."""

from shared.domains.videos.model import Status

RUNNING = (Status.AWAITING_UPLOAD, Status.QUEUED, Status.PROCESSING)
"""The states from which a video can still fail."""

PRESENT = tuple(status for status in Status if status is not Status.DELETED)
"""All states but deleted."""

_WATCH = {
    Status.AWAITING_UPLOAD: "uploaded",
    Status.QUEUED: "uploaded",
    Status.PROCESSING: "processing",
    Status.READY: "ready",
    Status.FAILED: "error",
    Status.CANCELLED: "error",
    Status.DELETED: "error",
}

CANCELLED_CODE = "CANCELLED"
CANCELLED_MESSAGE = "The upload was cancelled"
SIZE_MISMATCH = "SIZE_MISMATCH"


def processing_status(status: Status) -> str:
    """The status in the words of the Watch edition: uploaded, processing, ready, error."""
    return _WATCH[status]
