"""A client connects to the WebSocket API."""

from shared.contract.declare import CONNECT, on_socket
from shared.contract.needs import unseen
from shared.contract.permissions import optional
from shared.contract.resources import CONNECTIONS
from shared.domains.connections.model import Client
from shared.domains.connections.service.connecting import ConnectionService
from shared.http.handshake import serve_handshake

_WHY = "when twenty connections are open, or a session ends at that moment"


@on_socket(
    CONNECT,
    caller=optional("videos:read", by_hand=True),
    needs=(
        *(CONNECTIONS.put, CONNECTIONS.update),
        *(unseen(need, _WHY) for need in (CONNECTIONS.get, CONNECTIONS.batch_get, CONNECTIONS.delete)),
    ),
)
def connect(connection_id: str, client: Client) -> None:
    """Let a client connect: with an access token, with a ticket, or as anybody."""
    ConnectionService.open().begin(connection_id, client)


handler = serve_handshake(connect)
