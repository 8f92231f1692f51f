"""Work on objects that a request only asks for: deleting what was deleted, moving what became private.

Every step can be run again at any point: the row says what is still to do until nothing is.
"""

from collections.abc import Callable
from dataclasses import dataclass

from shared.base import clock
from shared.base.aws import invalidate, stop_execution
from shared.base.objects import Objects
from shared.base.running import each
from shared.domains.videos.model import OpenState, OpenVideo, Video
from shared.domains.videos.rules.keys import early_prefixes, media_prefix, prefixes, upload_key
from shared.domains.videos.service.catalogue import CatalogueService
from shared.domains.videos.service.processing import ProcessingService

Clear = Callable[[Video], bool]
"""Removes a bounded amount of what belongs to a deleted video; whether nothing is left, and nothing can come."""

ABANDONED_SECONDS = 24 * 3600
LONGEST_STEP_SECONDS = 16 * 60
"""Lambda ends a function after 15 minutes."""

ABANDONED = ("UPLOAD_ABANDONED", "The file never arrived. Ask for a new upload.")


@dataclass(frozen=True)
class TidyingService:
    """One round over all open work on objects."""

    objects: Objects
    videos: ProcessingService
    catalogue: CatalogueService
    others: tuple[Clear, ...] = ()

    @classmethod
    def open(cls, *others: Clear) -> "TidyingService":
        """On the stage's own resources; `others` clear what belongs to a deleted video before it is forgotten."""
        return cls(Objects.open(), ProcessingService.open(), CatalogueService.open(), others)

    def run(self) -> None:
        """Delete, move, and give up uploads of which nothing was heard for a day."""
        now = clock.now()
        each(self._open(now), self._go_on)

    def _open(self, now: float) -> list[OpenVideo]:
        """What is to be done; an upload is given up after a day."""
        silent = self.videos.stuck(now - ABANDONED_SECONDS, OpenState.AWAITING_UPLOAD)
        return [*self.videos.stuck(now, OpenState.DELETING, OpenState.MOVING), *silent]

    def _go_on(self, found: OpenVideo) -> None:
        """Go on with one video, which goes to the end of the queue first, in case it fails again and again."""
        if found.open_state is OpenState.AWAITING_UPLOAD:
            self.videos.fail(found.video_id, None, *ABANDONED)
            return
        video = self.videos.get(found.video_id) if self.videos.touch(found.video_id, found.open_state) else None
        if video is None:
            return
        if found.open_state is OpenState.DELETING:
            self._delete(video)
        else:
            self._move(video)

    def _delete(self, video: Video) -> None:
        """Erase all that a video has, round after round until nothing can write any more; then forget the row."""
        if video.execution_arn and stop_execution(video.execution_arn, "The video was deleted."):
            return
        if video.upload_id:
            self.objects.abort(upload_key(video.id), video.upload_id)
        for prefix in prefixes(video.id):
            self.objects.erase(prefix)
        if _may_still_be_written(video):
            return
        invalidate("MEDIA_DISTRIBUTION", f"/v/{video.id}/*", f"{video.id}-deleted")
        if video.early:
            invalidate("MEDIA_DISTRIBUTION", f"/{early_prefixes(video.id)}*", f"{video.id}-early-deleted")
        if all(clear(video) for clear in self.others):
            self.catalogue.finish_delete(video.id)

    def _move(self, video: Video) -> None:
        """Copy to the new prefix, switch the row, erase every other prefix, make the edge forget them."""
        target = media_prefix(video.id, video.moving_to)
        if video.version != video.moving_to:
            source = media_prefix(video.id, video.version)
            for key, size in self.objects.keys(source).items():
                self.objects.copy(key, target + key.removeprefix(source), size)
            if not self.catalogue.finish_move(video.id, video.version, video.moving_to, known=video):
                self.objects.erase(target)
                return
        if video.early:
            self.objects.erase(early_prefixes(video.id))
            invalidate("MEDIA_DISTRIBUTION", f"/{early_prefixes(video.id)}*", f"{video.id}-early-moved")
        for version in range(1, video.moving_to):
            self.objects.erase(media_prefix(video.id, version))
            invalidate("MEDIA_DISTRIBUTION", f"/v/{video.id}/{version}/*", f"{video.id}-{version}-moved")
        self.catalogue.close_move(video.id, video.moving_to)


def _may_still_be_written(video: Video) -> bool:
    """Whether a step may be at work whose execution has been stopped: that does not stop a Lambda that runs.

    The early worker may outlast the execution of a video that became ready.
    """
    began_and_never_ended = bool(video.execution_arn) and not video.published_at
    last = video.updated_at if began_and_never_ended else video.published_at if video.early else ""
    return last > clock.timestamp(clock.now() - LONGEST_STEP_SECONDS)
