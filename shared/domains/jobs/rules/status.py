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

MOST_OPEN = {"free": 5, "pro": 20, "enterprise": 100}
"""Jobs of one owner that have not ended, by tier."""

CANCELLED = ("CANCELLED", "The job was cancelled.")
VIDEO_DELETED = ("CANCELLED", "The video of the job was deleted.")
LOST = ("JOB_LOST", "The work stopped without a result. Try the job again.")


def owned(job: Job | None, user_id: str) -> Job:
    """A job that is the user's; JobNotFoundError for all else, so that nobody learns what exists."""
    if job is None or not user_id or job.owner_id != user_id:
        raise JobNotFoundError
    return job
