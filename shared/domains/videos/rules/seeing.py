"""Who may see a video, and who may touch it."""

from shared.domains.videos.errors import VideoNotFoundError
from shared.domains.videos.model import Status, Video, Visibility
from shared.domains.videos.rules.status import is_playable


def may_see(video: Video, viewer_id: str) -> bool:
    """Its author sees a video until it is deleted; others see it once it can be played, and not a private one."""
    if video.status is Status.DELETED:
        return False
    if viewer_id and viewer_id == video.owner_id:
        return True
    return is_playable(video) and video.visibility is not Visibility.PRIVATE


def seen(video: Video | None, viewer_id: str) -> Video:
    """A video that the viewer ("" is anybody) may see; VideoNotFoundError for all else, as for what does not exist."""
    if video is None or not may_see(video, viewer_id):
        raise VideoNotFoundError
    return video


def owned(video: Video | None, user_id: str) -> Video:
    """A video that is the user's; VideoNotFoundError for all else, so that nobody learns what exists."""
    if video is None or not user_id or video.owner_id != user_id or video.status is Status.DELETED:
        raise VideoNotFoundError
    return video
