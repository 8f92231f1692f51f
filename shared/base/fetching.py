"""Sources from the internet, by addresses that users give: no redirect, name service or slow server fools it.

`fetch` streams one answer into a sink. It asks https alone, through no proxy, with no credentials and no cookies, and
takes a whole answer 200 in its plain form or nothing.
"""

import hashlib
import http.client
import io
import math
import re
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

from shared.base.fetching_hosts import INTERNET, Network, Target, connect, target
from shared.base.fetching_rules import (
    Deadline,
    FetchFailedError,
    FetchRefusedError,
    FetchTimeoutError,
    FetchTooLargeError,
    Limits,
)

BLOCK = 64 * 1024
"""Bytes that are handed to the sink at once, at most."""

PLAIN = "application/octet-stream"
REDIRECTS = frozenset({301, 302, 303, 307, 308})
PASSING = frozenset({408, 425, 429})
"""Answers, besides 5xx, after which another try may succeed."""

_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]{1,63}/[a-z0-9!#$&^_.+-]{1,63}")
_LENGTH = re.compile(r"[0-9]{1,18}")


class Sink(Protocol):
    """Where the bytes go. ObjectSink is one, and so is every Sink of shared.media."""

    def write(self, data: bytes) -> None:
        """Append bytes."""
        ...

    def finish(self) -> None:
        """Make the object appear."""
        ...

    def abort(self) -> None:
        """Leave nothing behind. Safe after a failed `finish`."""
        ...


@dataclass(frozen=True)
class Fetched:
    """What was fetched.

    size          bytes
    sha256        of these bytes, 64 hex digits
    content_type  as the server calls it, in lower case and without parameters; the bytes may be something else
    final_url     after redirects; may hold a secret of whoever signed it
    """

    size: int
    sha256: str
    content_type: str
    final_url: str


def fetch(url: str, sink: Sink, limits: Limits, network: Network = INTERNET) -> Fetched:
    """Fetch an address into a sink, which is finished then. FetchError when that cannot be; the sink is aborted then.

    What the sink itself raises goes through.
    """
    try:
        fetched = _follow(target(url), sink, limits, network)
        sink.finish()
    except BaseException:
        sink.abort()
        raise
    return fetched


def _follow(at: Target, sink: Sink, limits: Limits, network: Network) -> Fetched:
    deadline = Deadline(limits.seconds)
    for _ in range(limits.redirects + 1):
        with _asked(at, limits, network, deadline) as answer:
            onwards = answer.redirection()
            if onwards is None:
                return answer.receive(sink)
        at = onwards
    raise FetchRefusedError(f"The address leads on to others more than {limits.redirects} times")


@contextmanager
def _asked(at: Target, limits: Limits, network: Network, deadline: Deadline) -> Iterator["_Answer"]:
    """The head of a target's answer; its connection is closed at the end."""
    request = (
        f"GET {at.path} HTTP/1.1\r\nHost: {at.host}\r\nUser-Agent: Showreel\r\nAccept: */*\r\n"
        "Accept-Encoding: identity\r\nConnection: close\r\n\r\n"
    )
    with connect(at.host, limits, network, deadline) as connection:
        wire: Any = _Wire(connection, limits, deadline)
        with _telling(at.host):
            connection.settimeout(deadline.left(limits.head_seconds))
            connection.sendall(request.encode("ascii"))
            response = http.client.HTTPResponse(wire, method="GET")
            response.begin()
        with response:
            yield _Answer(at, response, wire, limits)


@contextmanager
def _telling(host: str) -> Iterator[None]:
    """Turn what the network and the protocol raise into errors of ours."""
    try:
        yield
    except TimeoutError:
        raise FetchTimeoutError(f"{host} was too slow") from None
    except (OSError, http.client.IncompleteRead) as error:
        raise FetchFailedError(f"{host} broke off", passing=True) from error
    except http.client.HTTPException as error:
        raise FetchFailedError(f"{host} answered what cannot be read") from error


class _Wire(io.RawIOBase):
    """A connection as the file that http.client reads from; no read of it takes longer or more than is allowed.

    The header has one stretch of time for all of it. The body has stretch after stretch, in each of which enough must
    arrive. Only waiting counts, so that a slow sink is not held against the server.
    """

    def __init__(self, connection: ssl.SSLSocket, limits: Limits, deadline: Deadline) -> None:
        """Begins with the header."""
        self._connection, self._limits, self._deadline = connection, limits, deadline
        self._too_much: FetchRefusedError | FetchTooLargeError = FetchRefusedError("The answer's header is too large")
        self._allowed = limits.head_bytes
        self._stretch, self._needed = limits.head_seconds, math.inf
        self._waited, self._arrived = 0.0, 0
        self._in_head = True

    def expect_body(self, too_much: FetchTooLargeError) -> None:
        """The header is over. Chunks may add an eighth to what they frame; `too_much` is raised beyond."""
        self._too_much = too_much
        self._allowed = self._limits.max_bytes + self._limits.max_bytes // 8 + 2 * BLOCK
        self._stretch, self._needed = self._limits.pace_seconds, self._limits.pace_bytes
        self._waited, self._arrived = 0.0, 0
        self._in_head = False

    def makefile(self, _mode: str) -> io.BufferedReader:
        """The file; http.client asks a socket for one."""
        return io.BufferedReader(self, BLOCK)

    def readable(self) -> bool:
        """Yes."""
        return True

    def readinto(self, buffer: Any, /) -> int:
        """Wait for bytes; 0 when the other side says that it has sent all."""
        if not self._allowed:
            raise self._too_much
        room = memoryview(buffer)[: self._allowed]
        while True:
            self._connection.settimeout(self._deadline.left(max(self._stretch - self._waited, 0.001)))
            began = time.monotonic()
            try:
                got = self._connection.recv_into(room)
            except TimeoutError:
                got = -1
            self._waited += time.monotonic() - began
            self._arrived += max(got, 0)
            if got:
                self._keep_pace()
            elif self._in_head:  # http.client would take what there is for the whole header
                raise ConnectionResetError
            if got >= 0:
                self._allowed -= got
                return got

    def _keep_pace(self) -> None:
        if self._waited < self._stretch:
            return
        if self._arrived < self._needed:
            raise TimeoutError
        self._waited, self._arrived = 0.0, 0


@dataclass(frozen=True)
class _Answer:
    """An answer whose header was read."""

    at: Target
    response: http.client.HTTPResponse
    wire: _Wire
    limits: Limits

    def _all(self, name: str) -> list[str]:
        return [str(value).strip() for value in self.response.headers.get_all(name, [])]

    def redirection(self) -> Target | None:
        """Where the answer sends us, checked like the first address; None when it is an end."""
        if self.response.status not in REDIRECTS:
            return None
        told = self._all("Location")
        if len(told) != 1:
            raise FetchFailedError(f"{self.at.host} leads on without saying where to")
        try:
            location = told[0].encode("latin-1").decode()
        except UnicodeError:
            raise FetchFailedError(f"{self.at.host} leads on to what cannot be read") from None
        return target(location, self.at.url)

    def receive(self, sink: Sink) -> Fetched:
        """Write the body to the sink."""
        if self.response.status != 200:
            status = self.response.status
            passing = status in PASSING or status >= 500
            raise FetchFailedError(f"{self.at.host} answers {status} in place of the file", passing=passing)
        announced = self._announced()
        self.wire.expect_body(self._too_large())
        digest, size = hashlib.sha256(), 0
        for piece in self._pieces():
            size += len(piece)
            if size > self.limits.max_bytes:
                raise self._too_large()
            digest.update(piece)
            sink.write(piece)
        if announced is not None and size != announced:
            raise FetchFailedError(f"{self.at.host} sent {size} of {announced} bytes", passing=True)
        return Fetched(size, digest.hexdigest(), self._content_type(), self.at.url)

    def _pieces(self) -> Iterator[bytes]:
        while True:
            with _telling(self.at.host):
                piece = self.response.read1(BLOCK)
            if not piece:
                return
            yield piece

    def _announced(self) -> int | None:
        """Bytes that the header promises; None when it promises nothing."""
        if any(value.lower() != "identity" for value in self._all("Content-Encoding")):
            raise FetchRefusedError(f"{self.at.host} sends the file in an encoding that was not asked for")
        coded, lengths = self._all("Transfer-Encoding"), self._all("Content-Length")
        if [value.lower() for value in coded] not in ([], ["chunked"]) or len(coded) + len(lengths) > 1:
            raise FetchFailedError(f"{self.at.host} does not say clearly how long the file is")
        if not lengths:
            return None
        if not _LENGTH.fullmatch(lengths[0]):
            raise FetchFailedError(f"{self.at.host} does not say clearly how long the file is")
        if int(lengths[0]) > self.limits.max_bytes:
            raise self._too_large()
        return int(lengths[0])

    def _too_large(self) -> FetchTooLargeError:
        return FetchTooLargeError(f"The file at {self.at.host} is larger than {self.limits.max_bytes} bytes")

    def _content_type(self) -> str:
        told = self._all("Content-Type")
        name = told[0].split(";")[0].strip().lower() if told else ""
        return name if _TYPE.fullmatch(name) else PLAIN
