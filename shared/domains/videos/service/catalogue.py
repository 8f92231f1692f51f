"""Videos as people see and edit them."""

from dataclasses import dataclass

from shared.base import aws, clock
from shared.base.settings import setting
from shared.domains.videos.errors import VideoNotFoundError
from shared.domains.videos.model import Status, Video, Visibility
from shared.domains.videos.rules.addresses import MediaAddresses
from shared.domains.videos.rules.answers import VideoAnswer, answer
from shared.domains.videos.store.videos import VideoStore

MEDIA_KEY_VARIABLE = "MEDIA_KEY_SECRET"


@dataclass(frozen=True)
class CatalogueService:
    """Reading, editing and deleting videos."""

    store: VideoStore

    @classmethod
    def open(cls) -> "CatalogueService":
        """The service on the stage's table."""
        return cls(VideoStore.open())

    def view(self, video_id: str, viewer_id: str) -> VideoAnswer:
        """A video as `viewer_id` ("" for anybody) may see it; VideoNotFoundError when they may not."""
        video = self.store.get(video_id, consistent=bool(viewer_id))
        if video is None or not may_see(video, viewer_id):
            raise VideoNotFoundError
        return show(video)


def may_see(video: Video, viewer_id: str) -> bool:
    """Its author sees a video until it is deleted; others see it once it is ready, and not a private one."""
    if video.status is Status.DELETED:
        return False
    if viewer_id and viewer_id == video.owner_id:
        return True
    return video.status is Status.READY and video.visibility is not Visibility.PRIVATE


def show(video: Video) -> VideoAnswer:
    """The answer about a video, with addresses that can be fetched from now on."""
    if video.status is not Status.READY:
        return answer(video, None)
    key = aws.secret(MEDIA_KEY_VARIABLE)
    return answer(video, MediaAddresses(setting("CDN_BASE_URL"), key, video, clock.now()))
