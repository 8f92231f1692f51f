"""A client says that it is there: {"type": "ping"}. API Gateway ends a connection after 10 minutes of silence."""

from shared.contract.declare import on_socket
from shared.domains.connections.model import Connection
from shared.http.messages import Message, serve_messages


@on_socket("ping")
def answer_ping(_connection: Connection, _message: Message) -> Message:
    """Answer."""
    return {"type": "pong"}


handler = serve_messages(answer_ping)
