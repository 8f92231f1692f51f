"""Clients of the WebSocket API, whose events come as API Gateway makes them, and a gateway that takes what is sent."""

import importlib
import itertools
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from infra.parts.discovery import sockets
from shared.base import sockets as sending
from shared.contract.declare import ANY_MESSAGE, CONNECT, DISCONNECT
from tests.aws import Stage, stage
from tests.clock import TurnedClock, turned_clock
from tests.functions.api.videos.conftest import Someone, ada, awaiting, bob, ready, running, someone
from tests.live import Gateway, gateway

__all__ = ["ada", "awaiting", "bob", "ready", "running", "someone", "stage", "turned_clock"]

HANDLERS = {socket.route: importlib.import_module(room.module).handler for room, socket in sockets()}
_numbers = itertools.count()


@dataclass
class Client:
    """Somebody who opens connections, one at a time."""

    gateway: Gateway
    headers: dict[str, str] = field(default_factory=dict)
    address: str = "203.0.113.7"
    id: str = ""

    def context(self, route: str, kind: str) -> dict[str, Any]:
        """What API Gateway tells with an event of this connection."""
        identity = {"sourceIp": self.address, "userAgent": "test"}
        named = {"routeKey": route, "eventType": kind, "connectionId": self.id, "stage": "ws", "requestId": "request"}
        return {**named, "identity": identity}

    def connect(self, **query: str) -> int:
        """Open another connection; the status of the handshake."""
        self.id = f"connection{next(_numbers)}="
        event = {"headers": self.headers, "requestContext": self.context(CONNECT, "CONNECT")}
        status: int = HANDLERS[CONNECT]({**event, "queryStringParameters": query or None}, None)["statusCode"]
        return status

    def send(self, message: Any) -> list[dict[str, Any]]:
        """Send a message, or a text as it is; what comes back."""
        body = message if isinstance(message, str) else json.dumps(message)
        named = str(message.get("type")) if isinstance(message, dict) else ""
        route = named if named in HANDLERS else ANY_MESSAGE
        before = len(self.frames)
        event = {"requestContext": self.context(route, "MESSAGE"), "body": body, "isBase64Encoded": False}
        assert HANDLERS[route](event, None) == {"statusCode": 200}
        return self.frames[before:]

    def ask(self, **message: Any) -> dict[str, Any]:
        """Send a message; the one that comes back."""
        [answer] = self.send(message)
        return answer

    def leave(self) -> None:
        """Be gone, and have API Gateway tell of it."""
        HANDLERS[DISCONNECT]({"requestContext": self.context(DISCONNECT, "DISCONNECT")}, None)

    @property
    def frames(self) -> list[dict[str, Any]]:
        """All that came."""
        return self.gateway.frames[self.id]

    @property
    def is_ended(self) -> bool:
        """Whether the connection was ended by us."""
        return self.id in self.gateway.ended


Connect = Callable[..., Client]


@pytest.fixture
def outside(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> Iterator[Gateway]:
    """What stands for API Gateway's callbacks."""
    with gateway() as (made, address):
        monkeypatch.setenv("SOCKETS_URL", address)
        sending.forget()
        yield made
        sending.forget()


@pytest.fixture
def clients(outside: Gateway, turned_clock: TurnedClock) -> Connect:
    """Makes a client, of somebody or of anybody."""

    def make(who: Someone | None = None, **headers: str) -> Client:
        shown = {"Authorization": f"Bearer {who.token}"} if who else {}
        return Client(outside, {**shown, **headers})

    return make


@pytest.fixture
def connected(clients: Connect) -> Connect:
    """Makes one that is connected."""

    def make(who: Someone | None = None) -> Client:
        client = clients(who)
        assert client.connect() == 200
        return client

    return make
