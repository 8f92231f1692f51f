"""Short questions to services that are trusted, and may be broken."""

import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest

from shared.base.asking import MAX_BYTES, Answered, UnansweredError, ask

HEAD = b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n"


def request(line: socket.socket) -> bytes:
    """A whole request; its body may come in a second piece."""
    got = line.recv(65536)
    length = re.search(rb"(?i)content-length: (\d+)", got)
    while length and len(got.partition(b"\r\n\r\n")[2]) < int(length[1]):
        got += line.recv(65536)
    return got


@contextmanager
def service(answer: Callable[[socket.socket], None]) -> Iterator[tuple[str, list[bytes]]]:
    """A service that answers one question; its address, and what it was asked."""
    asked: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def run() -> None:
            line, _ = server.accept()
            with line, suppress(OSError):
                asked.append(request(line))
                answer(line)

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/token", asked
        thread.join(10)
        assert not thread.is_alive()


def test_a_form_is_posted_and_any_status_is_an_answer() -> None:
    with service(lambda line: line.sendall(b"HTTP/1.1 302 Found\r\nlocation: /a\r\ncontent-length: 2\r\n\r\nno")) as (
        address,
        asked,
    ):
        assert ask(address, 5, {"code": "a b&c"}) == Answered(302, b"no")
    head, _, body = asked[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /token HTTP/1.1\r\n")
    assert b"application/x-www-form-urlencoded" in head
    assert body == b"code=a+b%26c"


def test_a_question_without_a_form_is_a_get() -> None:
    with service(lambda line: line.sendall(HEAD % 2 + b"ok")) as (address, asked):
        assert ask(address, 5) == Answered(200, b"ok")
    assert asked[0].startswith(b"GET /token HTTP/1.1\r\n")


def drip(line: socket.socket, head: bytes) -> None:
    line.sendall(head)
    for _ in range(100):
        line.sendall(b"a")
        time.sleep(0.05)


@pytest.mark.parametrize("head", [b"HTTP/1.1 200 OK\r\nx: ", HEAD % 1000, b""], ids=["header", "body", "status"])
def test_what_drips_ends_in_time(head: bytes) -> None:
    began = time.monotonic()
    with service(lambda line: drip(line, head)) as (address, asked), pytest.raises(UnansweredError):
        ask(address, 0.5)
    assert time.monotonic() - began < 3
    assert asked


@pytest.mark.parametrize(
    "sent",
    [
        HEAD % 10 + b"half",
        HEAD % (MAX_BYTES + 1) + b"a" * (MAX_BYTES + 1),
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nab",
        b"no HTTP\r\n\r\n",
        b"",
    ],
    ids=["breaks off", "too large", "half a chunk", "no HTTP", "nothing"],
)
def test_what_is_no_whole_answer_is_none(sent: bytes) -> None:
    with service(lambda line: line.sendall(sent)) as (address, asked), pytest.raises(UnansweredError):
        ask(address, 5)
    assert asked


def test_nobody_there() -> None:
    with pytest.raises(UnansweredError):
        ask("http://127.0.0.1:1/token", 5)
