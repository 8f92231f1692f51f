"""Authors say that a video of theirs is live."""

from typing import Any

from shared.domains.channels.rules.messages import LIVE_STREAM
from shared.domains.channels.service.presence import PresenceService
from shared.domains.connections.model import Connection
from shared.domains.connections.rules.wishes import LIVE, OFFLINE
from shared.domains.videos.rules.seeing import owned
from shared.domains.videos.store.videos import VideoStore


class AnnouncementService:
    """What authors say of their videos."""

    def __init__(self, presence: PresenceService) -> None:
        """Use `open()`."""
        self._presence = presence

    @classmethod
    def open(cls) -> "AnnouncementService":
        """On the stage's tables."""
        return cls(PresenceService.open())

    def announce(self, connection: Connection, video_id: str, *, is_live: bool) -> dict[str, Any]:
        """Have the viewers of a video told, and its author how many they are. NotFoundError unless it is theirs.

        It is live until they say otherwise, or the connection has to end: then they say so again by the next one.
        """
        owned(VideoStore.open().get(video_id), connection.user_id)
        viewers = self._presence.declare(video_id, connection.ends_at if is_live else 0)
        status = LIVE if is_live else OFFLINE
        return {"type": LIVE_STREAM, "video_id": video_id, "status": status, "viewer_count": viewers}
