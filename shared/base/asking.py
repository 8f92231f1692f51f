"""Short questions to services whose address is a setting, so only the answer is guarded: its time and its size.

A redirect is an answer like any other and is not followed: nobody but the service itself speaks for it.
"""

import http.client
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

CONNECT_SECONDS = 2
MAX_BYTES = 64 * 1024


class UnansweredError(Exception):
    """There was no whole answer within the time."""


@dataclass(frozen=True)
class Answered:
    """What was answered, whatever its status."""

    status: int
    body: bytes


def ask(address: str, seconds: float, form: dict[str, str] | None = None) -> Answered:
    """What an address answers within so many seconds to a GET, or to a POST of a form.

    UnansweredError without a whole answer of at most 64 KiB.
    """
    where = urlsplit(address)
    kind = http.client.HTTPSConnection if where.scheme == "https" else http.client.HTTPConnection
    connection = kind(where.hostname or "", where.port, timeout=CONNECT_SECONDS)
    try:
        connection.connect()
        with _within(connection, seconds):
            return _asked(connection, where.path, form)
    except (OSError, http.client.HTTPException) as error:
        raise UnansweredError(f"{where.netloc}: {error!r}") from error
    finally:
        connection.close()


def _asked(connection: http.client.HTTPConnection, path: str, form: dict[str, str] | None) -> Answered:
    headers = {"accept": "application/json"}
    if form is None:
        connection.request("GET", path, headers=headers)
    else:
        headers["content-type"] = "application/x-www-form-urlencoded"
        connection.request("POST", path, urlencode(form), headers)
    answer = connection.getresponse()
    body = b""
    while piece := answer.read1(MAX_BYTES):
        body += piece
        if len(body) > MAX_BYTES:
            raise OSError("the answer is too large")
    if answer.length:
        raise OSError("the answer breaks off")
    return Answered(answer.status, body)


@contextmanager
def _within(connection: http.client.HTTPConnection, seconds: float) -> Iterator[None]:
    """Shut the connection down when the time is over, however slowly the answer drips."""
    ended, line = threading.Event(), connection.sock

    def end() -> None:
        ended.set()
        with suppress(OSError):  # it may be closed by now
            socket.socket.shutdown(line, socket.SHUT_RDWR)  # TLS's own would pull the rug from under who reads

    line.settimeout(seconds)
    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        if ended.is_set():
            raise TimeoutError(f"no whole answer within {seconds} s")
