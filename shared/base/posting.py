"""Sending to clients that are connected by WebSocket: requests to API Gateway over connections that are kept open.

One costs less than a tenth of the processor time of botocore's, since a function may send thousands a second. Needs the
right `execute-api:ManageConnections`.
"""

import hashlib
import socket
from collections import deque
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import quote, urlsplit

from shared.base import aws
from shared.base.fetching_hosts import trusted
from shared.base.sigv4 import Signer

CONNECT_SECONDS = 2.0
MOST_KEPT = 64
"""Connections to API Gateway that wait for the next request."""

_LONGEST_ANSWER = 65536


class Outcome(StrEnum):
    """What became of a message: taken; client gone; not taken at the moment; no answer in time; never to be taken."""

    SENT = "sent"
    GONE = "gone"
    BUSY = "busy"
    SILENT = "silent"
    REFUSED = "refused"


@dataclass(frozen=True)
class Frame:
    """What is sent, and its hash: the same for many clients."""

    body: bytes
    body_hash: str

    @classmethod
    def of(cls, text: str) -> "Frame":
        """The frame of a text."""
        body = text.encode()
        return cls(body, hashlib.sha256(body).hexdigest())


class Poster:
    """Sends to the clients of one WebSocket API. Threads may share it."""

    def __init__(self, address: str, region: str) -> None:
        """`address`: of the API's callbacks, for example https://abc.execute-api.eu-central-1.amazonaws.com/ws."""
        parts = urlsplit(address)
        self._is_safe = parts.scheme == "https"
        self._host, self._port = parts.hostname or "", parts.port or (443 if self._is_safe else 80)
        self._path = f"{parts.path}/@connections/"
        self._named, self._region = parts.netloc, region
        self._idle: deque[socket.socket] = deque(maxlen=MOST_KEPT)
        self._context = trusted() if self._is_safe else None

    def signer(self) -> Signer:
        """What signs requests for the next minutes."""
        return Signer(self._named, self._region, "execute-api", aws.credentials())

    def post(self, signer: Signer, connection_id: str, frame: Frame, seconds: float) -> Outcome:
        """Send a frame to a client, who is waited for so many seconds."""
        return self._ask(signer, "POST", connection_id, frame, seconds)

    def end(self, signer: Signer, connection_id: str, seconds: float) -> Outcome:
        """End a client's connection."""
        return self._ask(signer, "DELETE", connection_id, Frame.of(""), seconds)

    def close(self) -> None:
        """Close the connections that are kept."""
        while self._idle:
            self._idle.pop().close()

    def _ask(self, signer: Signer, method: str, connection_id: str, frame: Frame, seconds: float) -> Outcome:
        path = self._path + quote(connection_id, safe="")
        request = signer.head(method, path, frame.body_hash, len(frame.body)) + frame.body
        kept = self._kept()
        if kept is not None:
            try:
                return self._exchange(kept, request, seconds)
            except TimeoutError:
                return Outcome.SILENT
            except OSError:  # it was closed while nobody looked
                pass
        try:
            return self._exchange(self._connected(), request, seconds)
        except OSError:
            return Outcome.SILENT

    def _kept(self) -> socket.socket | None:
        try:
            return self._idle.pop()
        except IndexError:
            return None

    def _connected(self) -> socket.socket:
        plain = socket.create_connection((self._host, self._port), CONNECT_SECONDS)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return self._context.wrap_socket(plain, server_hostname=self._host) if self._context else plain

    def _exchange(self, connection: socket.socket, request: bytes, seconds: float) -> Outcome:
        """Send a request and read the answer. The connection is kept if another answer can follow."""
        goes_on = False
        try:
            connection.settimeout(seconds)
            connection.sendall(request)
            status, goes_on = _answer(connection)
        finally:
            if not goes_on or len(self._idle) == MOST_KEPT:
                connection.close()
            else:
                self._idle.append(connection)
        return _outcome(status)


def _answer(connection: socket.socket) -> tuple[int, bool]:
    """The status of an answer, whose body is read and dropped, and whether the connection can be used again."""
    told = connection.recv(4096)
    while (end := told.find(b"\r\n\r\n")) < 0:
        more = connection.recv(4096)
        if not more or len(told) > _LONGEST_ANSWER:
            raise ConnectionError("the answer has no end")
        told += more
    head = told[:end].lower()
    _, _, after = head.partition(b"\r\ncontent-length:")
    if not after or b"\r\nconnection: close" in head:
        return int(head[9:12]), False
    left = int(after.partition(b"\r\n")[0]) - (len(told) - end - 4)
    while left > 0:
        more = connection.recv(min(left, _LONGEST_ANSWER))
        if not more:
            return int(head[9:12]), False
        left -= len(more)
    return int(head[9:12]), left == 0


def _outcome(status: int) -> Outcome:
    if status in (200, 204):
        return Outcome.SENT
    if status == 410:
        return Outcome.GONE
    return Outcome.REFUSED if status in (400, 413) else Outcome.BUSY
