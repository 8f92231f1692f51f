"""What stands in for connected clients: a server that takes what API Gateway would, and a queue on a turned clock."""

import json
import re
import socket
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from functions.events.on_channels_due import handler
from shared.contract.resources import BROADCASTS
from tests.aws import Stage, real_name
from tests.clock import TurnedClock

_ASKED = re.compile(rb"(POST|DELETE) /live/@connections/(\S+) HTTP/1\.1\r\n")
_LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)
_ANSWERS = {200: b"OK", 410: b"Gone", 429: b"Too Many Requests", 503: b"Unavailable"}

GONE, BUSY, SLOW, DEAF, OUT = "gone", "busy", "slow", "deaf", "out"
"""Faults: the client is gone; too many requests; taken, but told late; never answered; the API fails, ends too."""

LATE = 1.5
"""Seconds after which a slow one is answered."""


@dataclass
class Gateway:
    """The callbacks of a WebSocket API on the loopback address, over connections that are kept open.

    fault   of a connection's n-th request, from 0; "" is none
    frames  what each connection was sent, as JSON says it, in the order of arrival
    fired   how often each fault was
    """

    fault: Callable[[str, int], str] = lambda _connection, _number: ""
    frames: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    fired: Counter[str] = field(default_factory=Counter)
    ended: list[str] = field(default_factory=list)
    heads: list[bytes] = field(default_factory=list)
    _asked: Counter[str] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def requests(self) -> int:
        """How many there were."""
        return self._asked.total()

    def serve(self, connection: socket.socket) -> None:
        """Answer the requests of one connection."""
        told = b""
        with suppress(OSError), connection:
            while True:
                while b"\r\n\r\n" not in told:
                    more = connection.recv(65536)
                    if not more:
                        return
                    told += more
                head, _, told = told.partition(b"\r\n\r\n")
                length = int(_LENGTH.search(head)[1])  # type: ignore[index]
                while len(told) < length:
                    told += connection.recv(65536)
                body, told = told[:length], told[length:]
                status = self._take(head, body)
                connection.sendall(b"HTTP/1.1 %d %b\r\nContent-Length: 2\r\n\r\n{}" % (status, _ANSWERS[status]))

    def _take(self, head: bytes, body: bytes) -> int:
        method, path = _ASKED.match(head).groups()  # type: ignore[union-attr]
        name = unquote(path.decode())
        with self._lock:
            fault = self.fault(name, self._asked[name])
            fault = "" if method == b"DELETE" and fault != OUT else fault
            self._asked[name] += 1
            self.fired[fault] += 1
            self.heads[:] = [head]
            if method == b"DELETE" and fault != OUT:
                self.ended.append(name)
            elif fault not in (GONE, BUSY, DEAF, OUT):
                self.frames[name].append(json.loads(body))
        if fault in (SLOW, DEAF):
            time.sleep(LATE)
        return {GONE: 410, BUSY: 429, OUT: 503}.get(fault, 200)


@contextmanager
def gateway() -> Iterator[tuple[Gateway, str]]:
    """A gateway, and its address."""
    made = Gateway()
    server = socket.create_server(("127.0.0.1", 0), backlog=256)

    def accept() -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=made.serve, args=(server.accept()[0],), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    yield made, f"http://127.0.0.1:{server.getsockname()[1]}/live"
    server.shutdown(socket.SHUT_RDWR)
    server.close()


@dataclass
class Live:
    """A stage, a turned clock, and the queue of channels that are due, which is emptied as that clock says."""

    stage: Stage
    clock: TurnedClock
    gateway: Gateway
    waiting: list[tuple[float, dict[str, Any]]] = field(default_factory=list)
    _heard: int = 0

    def hear(self) -> None:
        """Take notice of what was left in the queue."""
        for call in self.stage.calls[self._heard :]:
            asked = call.parameters
            if str(call) == "sqs:SendMessage" and asked["QueueUrl"] == real_name(BROADCASTS):
                due = self.clock() + asked.get("DelaySeconds", 0)
                self.waiting.append((due, json.loads(asked["MessageBody"])))
        self._heard = len(self.stage.calls)

    def deliver(self) -> int:
        """Give out what may be given out by now, until nothing is left; how many messages that were."""
        given = 0
        while True:
            self.hear()
            ready = [one for one in self.waiting if one[0] <= self.clock()][:10]
            if not ready:
                return given
            self.waiting = [one for one in self.waiting if one not in ready]
            give(*(body for _, body in ready))
            given += len(ready)

    def pass_on(self, seconds: int) -> None:
        """Let time pass, and give out what becomes due."""
        for _ in range(seconds):
            self.deliver()
            self.clock.advance(1)
        self.deliver()

    def told(self, connection_id: str) -> list[dict[str, Any]]:
        """The messages that a client keeps: those in batches one by one, none with a seq that it has seen."""
        seen, kept = 0, list[dict[str, Any]]()
        for frame in self.gateway.frames[connection_id]:
            for message in frame.get("messages", [frame]):
                if message["seq"] > seen:
                    seen = message["seq"]
                    kept.append(message)
        return kept


def give(*bodies: dict[str, Any]) -> None:
    """Invoke the function with messages, none of which may fail."""
    records = [{"messageId": str(number), "body": json.dumps(body)} for number, body in enumerate(bodies)]
    assert handler({"Records": records}, None) == {"batchItemFailures": []}
