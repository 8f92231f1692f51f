"""What whose video it is learns of how it was watched."""

from dataclasses import dataclass

from shared.base import counts
from shared.domains.videos.errors import VideoNotFoundError
from shared.domains.videos.model import Status
from shared.domains.videos.store.videos import VideoStore
from shared.domains.views.rules.watched import REPORTS, step_seconds, watched
from shared.domains.views.store import watched_as


@dataclass(frozen=True)
class Retention:
    """How many have watched each step of a video, of `reports` viewers whose players told; [] where none has.

    duration  seconds, None while it is not known
    step      seconds of a step
    """

    duration: float | None
    step: int
    reports: int
    viewers: list[int]


@dataclass(frozen=True)
class RetentionService:
    """Videos second by second."""

    videos: VideoStore

    @classmethod
    def open(cls) -> "RetentionService":
        """On the stage's tables."""
        return cls(VideoStore.open())

    def of(self, video_id: str, reader_id: str, *, sees_all: bool = False) -> Retention:
        """One call. Raises VideoNotFoundError for videos of others, unless the reader `sees_all`.

        Needs VIDEOS.batch_get and COUNTS.batch_get.
        """
        subject, table = watched_as(video_id), counts.table()
        video, found = self.videos.get_with(video_id, {table: [counts.first(subject)]})
        if video is None or video.status is Status.DELETED or not (sees_all or video.owner_id == reader_id):
            raise VideoNotFoundError
        numbers, duration = counts.total(found[table]).get(subject, {}), video.duration or 0
        return Retention(video.duration, step_seconds(duration), numbers.get(REPORTS, 0), watched(numbers, duration))
