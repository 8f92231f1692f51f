"""What channels are told, in the words of the API."""

from typing import Any

from shared.domains.channels.model import Audience, Notice
from shared.domains.channels.rules.names import JOB, USER, VIDEO, channel_of
from shared.domains.jobs.model import Job
from shared.domains.videos.model import Numbers, Status, Video
from shared.domains.videos.rules.seeing import may_see
from shared.domains.videos.rules.status import processing_status

COUNTERS = ("view_count", "like_count", "comment_count")
"""The numbers of a video that a client can ask for."""

UPDATE, COMMENT, LIVE_STREAM = "video_update", "new_comment", "live_stream"
HIDDEN, RESET, BATCH = "unsubscribed", "reset", "batch"

Body = dict[str, Any]


def told_numbers(numbers: Numbers) -> dict[str, int]:
    """The numbers of a video, by the names that clients know."""
    return dict(zip(COUNTERS, (numbers.views, numbers.likes, numbers.comments), strict=True))


def of_numbers(video_id: str, numbers: dict[str, int], before: dict[str, int]) -> Body | None:
    """What is told of a video's numbers; None where all were told before. `changed` is for us alone."""
    changed = [name for name, value in numbers.items() if before.get(name) != value]
    return {"type": UPDATE, "video_id": video_id, "data": numbers, "changed": changed} if changed else None


def of_comment(video_id: str, comment_id: str) -> Body:
    """What is kept of a comment until it is sent: its words are read then, unless it is removed before."""
    return {"type": COMMENT, "video_id": video_id, "comment_id": comment_id}


def of_viewers(video_id: str, viewers: int, *, is_live: bool) -> Body:
    """That a video is live or not, and how many are subscribed to it besides its author."""
    status = "live" if is_live else "offline"
    return {"type": LIVE_STREAM, "video_id": video_id, "status": status, "viewer_count": viewers}


def of_notification(notification: dict[str, str]) -> Body:
    """That somebody has a notification, without who caused it."""
    return {"type": "notification", "notification": notification}


def of_video(before: Video | None, after: Video | None) -> list[Notice]:
    """What is told of a change of a video's row: how its processing goes, to its owner; to others that it is hidden."""
    video = after or before
    assert video is not None, "a change has an image"
    channel = channel_of(VIDEO, video.id)
    if after is None or after.status is Status.DELETED:
        was_there = before is not None and before.status is not Status.DELETED
        return [Notice(channel, _unsubscribed())] if was_there else []
    found = []
    if before is not None and may_see(before, "") and not may_see(after, ""):
        found.append(Notice(channel, _unsubscribed(), Audience.OTHERS))
    if before is None or _standing(before) != _standing(after):
        found.append(Notice(channel, _video_status(after), Audience.OWNER))
        found.append(Notice(channel_of(USER, after.owner_id), _video_status(after)))
    return found


def of_job(before: Job | None, after: Job) -> list[Notice]:
    """What is told of a change of a job's row: where it stands, to its owner."""
    if before is not None and _progress(before) == _progress(after):
        return []
    channels = channel_of(JOB, after.id), channel_of(USER, after.owner_id)
    return [Notice(channel, _progress(after)) for channel in channels]


def _unsubscribed() -> Body:
    return {"type": HIDDEN, "reason": "not_found"}


def _standing(video: Video) -> tuple[Any, ...]:
    return video.status, video.progress, video.current_step, video.error_code, video.early


def _video_status(video: Video) -> Body:
    error = {"code": video.error_code, "message": video.error_message} if video.error_code else None
    return {
        "type": "video_status",
        "video_id": video.id,
        "processing_status": processing_status(video.status),
        "progress": video.progress,
        "current_step": video.current_step or None,
        "processing_error": error,
    }


def _progress(job: Job) -> Body:
    error = {"code": job.error_code, "message": job.error_message} if job.error_code else None
    return {
        "type": "job_progress",
        "job_id": job.id,
        "status": str(job.status),
        "progress": job.progress,
        "current_step": job.current_step or None,
        "error": error,
    }
