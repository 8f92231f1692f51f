"""A client has missed something: {"type": "resume", "channel": "video:{id}", "seq": 1}."""

from shared.contract.declare import on_socket
from shared.contract.resources import BROADCASTS, CHANNELS
from shared.domains.connections.model import Connection
from shared.domains.connections.rules.wishes import CHANNEL, SEQ, TYPE, channel_named, check_members, seq_of
from shared.domains.connections.service.subscribing import SubscriptionService
from shared.http.messages import Message, serve_messages


@on_socket("resume", needs=(CHANNELS.update, BROADCASTS.send))
def resume(connection: Connection, message: Message) -> Message:
    """Send it again what came after that on a channel that it has, or word that this is not kept any more."""
    check_members(message, TYPE, CHANNEL, SEQ)
    return SubscriptionService.open().resume(connection, channel_named(message), seq_of(message))


handler = serve_messages(resume)
