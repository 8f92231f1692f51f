"""A client wants to be told of a channel: {"type": "subscribe", "channel": "video:{id}"}."""

from shared.contract.declare import on_socket
from shared.contract.needs import unseen
from shared.contract.resources import BROADCASTS, CHANNELS, COUNTS, JOBS, VIDEOS
from shared.domains.connections.model import Connection
from shared.domains.connections.rules.wishes import subscription_of
from shared.domains.connections.service.subscribing import SubscriptionService
from shared.http.messages import Message, serve_messages


@on_socket(
    "subscribe",
    needs=(
        *(VIDEOS.get, VIDEOS.batch_get, COUNTS.batch_get, JOBS.get),
        unseen(BROADCASTS.send, "only where something was missed and nobody has just left word of it"),
        *(CHANNELS.get, CHANNELS.put, CHANNELS.update, CHANNELS.delete),
    ),
)
def subscribe(connection: Connection, message: Message) -> Message:
    """Tell it of the channel from now on, if its user may see what that is about."""
    return SubscriptionService.open().subscribe(connection, subscription_of(message))


handler = serve_messages(subscribe)
