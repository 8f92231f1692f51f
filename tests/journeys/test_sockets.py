"""Clients connect to the WebSocket API, and are heard."""

import json
from typing import Any

from websockets.sync.client import ClientConnection, connect

from tests.journeys.traveller import Traveller

SECONDS = 15


def connected(who: Traveller, query: str = "", **headers: str) -> ClientConnection:
    return connect(who.stack.outputs["WebSocketUrl"] + query, additional_headers=headers, open_timeout=SECONDS)


def asked(client: ClientConnection, message: Any) -> dict[str, Any]:
    client.send(message if isinstance(message, str) else json.dumps(message))
    return dict(json.loads(client.recv(SECONDS)))


def test_anybody_connects(traveller: Traveller) -> None:
    with connected(traveller) as client:
        assert asked(client, {"type": "ping"}) == {"type": "pong"}
        assert asked(client, {"type": "nothing"})["code"] == "BAD_REQUEST"
        assert asked(client, "not even JSON")["type"] == "error"
