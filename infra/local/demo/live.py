"""The author of a film, connected to the WebSocket API as a browser is: with a ticket."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from websockets.exceptions import WebSocketException
from websockets.sync.client import ClientConnection, connect

from infra.local.demo.client import ApiClient, DemoError

SECONDS = 20
"""So long a message is waited for; it should come within two."""


class Live:
    """Messages of a channel, as they come."""

    def __init__(self, socket: ClientConnection) -> None:
        """Use `watching`."""
        self._socket = socket

    def ask(self, message: dict[str, str]) -> None:
        """Send a message."""
        self._socket.send(json.dumps(message))

    def until(self, kind: str, **wanted: Any) -> tuple[dict[str, Any], float]:
        """The next message of a kind that has these fields, and the seconds until it came; DemoError without one."""
        began = time.monotonic()
        while (left := began + SECONDS - time.monotonic()) > 0:
            try:
                frame = json.loads(self._socket.recv(left))
            except (TimeoutError, WebSocketException):
                break
            for message in frame.get("messages", [frame]):
                if message["type"] == kind and wanted.items() <= {**message, **message.get("data", {})}.items():
                    return message, time.monotonic() - began
        raise DemoError(f"the WebSocket API told nothing of {kind} {wanted or ''} within {SECONDS} s")


@contextmanager
def watching(client: ApiClient, video_id: str) -> Iterator[Live]:
    """Subscribe to what becomes of a video; DemoError when that is refused."""
    ticket = client.call("POST", "/api/ws/ticket")
    try:
        with connect(f"{ticket['url']}?ticket={ticket['ticket']}", open_timeout=SECONDS) as socket:
            live = Live(socket)
            live.ask({"type": "subscribe", "channel": f"video:{video_id}"})
            live.until("subscribed")
            yield live
    except (OSError, WebSocketException) as error:
        raise DemoError(f"no connection to {ticket['url']}: {error}") from error
