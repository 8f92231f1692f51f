"""A client wants to be told of a channel no more: {"type": "unsubscribe", "channel": "video:{id}"}."""

from shared.contract.declare import on_socket
from shared.contract.needs import unseen
from shared.contract.resources import BROADCASTS, CHANNELS
from shared.domains.connections.model import Connection
from shared.domains.connections.rules.wishes import CHANNEL, TYPE, channel_named, check_members
from shared.domains.connections.service.subscribing import SubscriptionService
from shared.http.messages import Message, serve_messages


@on_socket(
    "unsubscribe",
    needs=(
        *(CHANNELS.delete, CHANNELS.update),
        unseen(BROADCASTS.send, "the first change in a second of what is live leaves word of it"),
    ),
)
def unsubscribe(connection: Connection, message: Message) -> Message:
    """Tell it no more of the channel."""
    check_members(message, TYPE, CHANNEL)
    return SubscriptionService.open().unsubscribe(connection, channel_named(message))


handler = serve_messages(unsubscribe)
