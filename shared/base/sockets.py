"""Connections of clients to the WebSocket API: what is sent to them, and their end.

API Gateway alone knows which of them are still there.
"""

import json
from typing import Any

from shared.base.aws import client
from shared.base.settings import setting

SEND_SECONDS = 5
SOCKETS_VARIABLE = "LIVE_SOCKETS"


def connections() -> Any:
    """The botocore client that sends to connections and ends them."""
    return client("apigatewaymanagementapi", SEND_SECONDS, endpoint=setting(SOCKETS_VARIABLE))


def frame(message: dict[str, Any]) -> bytes:
    """A message as it is sent."""
    return json.dumps(message, separators=(",", ":")).encode()


def send(connection_id: str, message: dict[str, Any]) -> bool:
    """Send a message to a connection; False when it is gone. Needs SOCKETS.send; raises botocore's errors."""
    sockets = connections()
    try:
        sockets.post_to_connection(ConnectionId=connection_id, Data=frame(message))
    except sockets.exceptions.GoneException:
        return False
    return True


def close(connection_id: str) -> bool:
    """End a connection; False when it is gone already. Needs SOCKETS.close; raises botocore's errors."""
    sockets = connections()
    try:
        sockets.delete_connection(ConnectionId=connection_id)
    except sockets.exceptions.GoneException:
        return False
    return True
