"""The machine of states, and how the row of a job's video follows it."""

from shared.domains.jobs.errors import JobNotFoundError
from shared.domains.jobs.model import Job, OpenState, Status
from shared.domains.videos.model import Status as VideoStatus

OPEN = (Status.PENDING, Status.PROCESSING)
"""The states from which a job can still go anywhere."""

OPEN_STATES = {
    Status.PENDING: OpenState.PENDING,
    Status.PROCESSING: OpenState.PROCESSING,
    Status.CANCELLED: OpenState.TIDYING,
}
"""What is left to do for somebody once a job is in a state."""

MIRROR = {
    Status.PENDING: VideoStatus.QUEUED,
    Status.PROCESSING: VideoStatus.PROCESSING,
    Status.COMPLETED: VideoStatus.READY,
    Status.FAILED: VideoStatus.FAILED,
    Status.CANCELLED: VideoStatus.CANCELLED,
}
"""The status of the job's video. Another one means that its owner has deleted it."""

MOST_ATTEMPTS = 10
"""Of one job: each may take as long and cost as much as the first."""


def video_of_day(before: Status | None, after: Status) -> int:
    """What a move adds to the videos of the job's day: one when it becomes open, less one when it comes to nothing.

    A job that fails gives its video back, and so does one that is cancelled before anything of it has run.
    """
    if after in OPEN:
        return 0 if before in OPEN else 1
    return -1 if after is Status.FAILED or (before, after) == (Status.PENDING, Status.CANCELLED) else 0


CANCELLED = ("CANCELLED", "The job was cancelled.")
VIDEO_DELETED = ("CANCELLED", "The video of the job was deleted.")
LOST = ("JOB_LOST", "The work stopped without a result. Try the job again.")


def owned(job: Job | None, user_id: str) -> Job:
    """A job that is the user's; JobNotFoundError for all else, so that nobody learns what exists."""
    if job is None or not user_id or job.owner_id != user_id:
        raise JobNotFoundError
    return job
