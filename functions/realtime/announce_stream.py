"""An author says that one is live, or not any more: {"type": "live_stream", "video_id": "...", "status": "live"}."""

from shared.contract.declare import on_socket
from shared.contract.resources import BROADCASTS, CHANNELS, VIDEOS
from shared.domains.connections.model import Connection
from shared.domains.connections.rules.wishes import announcement_of
from shared.domains.connections.service.announcing import AnnouncementService
from shared.http.messages import Message, serve_messages


@on_socket("live_stream", needs=(VIDEOS.get, CHANNELS.batch_get, CHANNELS.put, CHANNELS.update, BROADCASTS.send))
def announce_stream(connection: Connection, message: Message) -> Message:
    """Tell whoever is subscribed to the video."""
    video_id, is_live = announcement_of(message)
    return AnnouncementService.open().announce(connection, video_id, is_live=is_live)


handler = serve_messages(announce_stream)
