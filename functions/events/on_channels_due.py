"""A queue: channels have something to be sent."""

from collections.abc import Iterable

from shared.base.consuming import Message, serve_batches
from shared.contract.declare import Compute, on_messages
from shared.contract.needs import unseen
from shared.contract.resources import BROADCASTS, CHANNELS, COMMENTS, SOCKETS, VIDEOS
from shared.domains.channels.service.delivering import DeliveringService


@on_messages(
    BROADCASTS,
    batch=4,
    window=0,
    at_once=50,
    needs=(
        *(CHANNELS.query, CHANNELS.put, CHANNELS.update, CHANNELS.delete),
        *(COMMENTS.batch_get, VIDEOS.batch_get, SOCKETS.send),
        unseen(BROADCASTS.send, "only where word is heard too early or somebody is behind, which is chance"),
        unseen(CHANNELS.batch_get, "only where somebody in a later part of a channel, after 500 others, is behind"),
        unseen(SOCKETS.close, "API Gateway would have to fail for ten seconds with one client"),
    ),
    compute=Compute(memory=1769, seconds=15),
)
def on_channels_due(messages: list[Message]) -> Iterable[Message]:
    """Send the connections of each channel what it was told since the last time, a frame a second at most."""
    return DeliveringService.open().deliver(messages)


handler = serve_batches(on_channels_due)
