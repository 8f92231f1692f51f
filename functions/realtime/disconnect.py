"""A client has gone, or was disconnected."""

from typing import Any

from shared.base.running import serve
from shared.contract.declare import DISCONNECT, on_socket
from shared.contract.needs import unseen
from shared.contract.resources import BROADCASTS, CHANNELS, CONNECTIONS
from shared.domains.connections.service.connecting import ConnectionService


@on_socket(
    DISCONNECT,
    needs=(
        *(CONNECTIONS.get, CONNECTIONS.update, CONNECTIONS.delete),
        *(CHANNELS.delete, CHANNELS.update),
        unseen(BROADCASTS.send, "the first change in a second of what is live leaves word of it"),
    ),
)
def disconnect(event: dict[str, Any]) -> None:
    """Forget the connection. API Gateway tells of it at most once, so rows of connections also expire.

    A message whose type is the name of this route ends nothing.
    """
    told = event["requestContext"]
    if told["eventType"] == "DISCONNECT":
        ConnectionService.open().end(told["connectionId"])


handler = serve(disconnect)
