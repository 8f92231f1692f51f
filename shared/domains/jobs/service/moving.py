"""Moves of a job together with its video: every reader of either sees the same."""

from dataclasses import dataclass
from typing import Any

from shared.base import clock
from shared.base.errors import UnavailableError
from shared.domains.jobs.model import Job, Status
from shared.domains.jobs.rules.status import CANCELLED, MIRROR, VIDEO_DELETED
from shared.domains.jobs.store.jobs import Change, JobStore
from shared.domains.videos.model import Author, Video, Visibility
from shared.domains.videos.store.videos import VideoStore

ERROR_LENGTH = 300
TRIES = 3
"""A job can move on under whoever wants to end it, but only twice before it has ended."""


@dataclass(frozen=True)
class Moves:
    """Both tables, each opened when it is needed: a function is told of those alone that it declares."""

    @property
    def jobs(self) -> JobStore:
        """The stage's table of jobs."""
        return JobStore.open()

    @property
    def videos(self) -> VideoStore:
        """The stage's table of videos."""
        return VideoStore.open()

    def move(self, job: Job, status: Status, video: dict[str, Any] | None = None, **fields: Any) -> Change:
        """Set the status of a job that stands as `job` says, and its video's, with fields of either: one call.

        Another one when what is set aside for the job has changed since it was read, and another when its video has
        been deleted: then it is cancelled instead. What completes it reads the video first, since lists show all of it
        then, and makes two more calls when its owner has edited it meanwhile.
        """
        now = clock.timestamp()
        told = {"current_step": "", "updated_at": now, **(video or {})}
        made = (self._read(job) if status is Status.COMPLETED else None) or _new_video(job)
        for _ in range(TRIES):
            together = self.videos.movement(made, MIRROR[status], **told)
            change = self.jobs.move(job, status, together, **fields)
            if change.job is not None and _is_outdated(job, change.job):
                job = change.job
                change = self.jobs.move(job, status, together, **fields)
            if not change.orphaned:
                return change
            edited = self._read(job) if status is Status.COMPLETED else None
            if edited is None:
                break
            made = edited
        else:
            raise UnavailableError("The video is edited all along")
        code, message = VIDEO_DELETED
        ended = {"completed_at": now, "current_step": "", "error_code": code, "error_message": message}
        cancelled = self.jobs.move(job, Status.CANCELLED, (), **ended)
        return Change(cancelled.made and status is Status.CANCELLED, cancelled.job, orphaned=cancelled.made)

    def _read(self, job: Job) -> Video | None:
        """The job's video, unless it stands elsewhere than the job: then it is deleted."""
        video = self.videos.get(job.video_id)
        return video if video and video.status is MIRROR[job.status] else None

    def end(self, job: Job, statuses: tuple[Status, ...], status: Status, code: str, message: str) -> Change:
        """End a job in one of the statuses as failed or cancelled, with a reason that its owner reads."""
        reason = {"error_code": code, "error_message": message[:ERROR_LENGTH]}
        change = Change(False, job)
        for _ in range(TRIES):
            if job.status not in statuses:
                return change
            now = clock.timestamp()
            change = self.move(job, status, reason, completed_at=now, current_step="", parts="", **reason)
            if change.made or change.orphaned or change.job is None or change.job.attempt != job.attempt:
                return change
            job = change.job
        return change

    def cancel(self, job: Job, statuses: tuple[Status, ...]) -> Change:
        """End a job because its owner wants it."""
        return self.end(job, statuses, Status.CANCELLED, *CANCELLED)


def _new_video(job: Job) -> Video:
    """What a job's video is to lists unless its owner has edited it: private, without a category; nothing is stored."""
    return Video(
        id=job.video_id,
        owner_id=job.owner_id,
        author=Author(job.owner_id, "", ""),
        title=job.title,
        status=MIRROR[job.status],
        visibility=Visibility.PRIVATE,
        created_at=job.created_at,
        updated_at=job.updated_at,
    )


def _is_outdated(job: Job, stands: Job) -> bool:
    """Whether a job is what it was taken for but for what is set aside for it."""
    same = (stands.status, stands.attempt) == (job.status, job.attempt)
    return same and stands.reserved != job.reserved
