"""A client of the WebSocket API that keeps what it was told."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from websockets.sync.client import ClientConnection, connect

from tests.journeys.traveller import PATIENCE, Traveller


class Watcher:
    """Frames as they came, and the messages in them."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection
        self.frames: list[dict[str, Any]] = []

    def send(self, kind: str, **more: Any) -> None:
        """Send a message."""
        self._connection.send(json.dumps({"type": kind, **more}))

    def drop(self) -> None:
        """Be gone without a word."""
        self._connection.socket.close()

    @property
    def messages(self) -> list[dict[str, Any]]:
        """All messages so far, those of batches one by one."""
        return [
            {"channel": one.get("channel"), **message} for one in self.frames for message in one.get("messages", [one])
        ]

    def of(self, kind: str, **fields: Any) -> list[dict[str, Any]]:
        """Those of a type that have these members."""
        return [one for one in self.messages if one["type"] == kind and fields.items() <= one.items()]

    def wait(self, look: Callable[[], Any], what: object) -> Any:
        """What `look` finds in what was told, as soon as it finds something."""
        limit = time.monotonic() + PATIENCE
        while not (found := look()):
            left = limit - time.monotonic()
            assert left > 0, f"waited for {what}, and was told {self.messages}"
            self.frames.append(json.loads(self._connection.recv(left)))
        return found

    def told(self, kind: str, **fields: Any) -> dict[str, Any]:
        """The last message of a type that has these members, as soon as there is one."""
        found: list[dict[str, Any]] = self.wait(lambda: self.of(kind, **fields), (kind, fields))
        return found[-1]

    def subscribed(self, channel: str, **more: Any) -> dict[str, Any]:
        """Subscribe; the answer."""
        self.send("subscribe", channel=channel, **more)
        return self.told("subscribed", channel=channel)


def connected(who: Traveller, query: str = "", **headers: str) -> ClientConnection:
    """A connection of nobody's, or of whom query and headers name."""
    return connect(who.stack.outputs["WebSocketUrl"] + query, additional_headers=headers, open_timeout=PATIENCE)


@contextmanager
def watching(who: Traveller, *, anonymous: bool = False) -> Iterator[Watcher]:
    """A connection of somebody's, or of nobody's."""
    headers = {} if anonymous else {"Authorization": who.client.authorization}
    with connected(who, **headers) as connection:
        yield Watcher(connection)
