"""How much a fetch takes and how long it waits: servers that send too much, or too slowly."""

import ssl
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from tests.shared.base.fetches import BODY, LIMITS, PATIENCE, fetched, page, refused
from tests.shared.base.web import (
    HOST,
    Page,
    Site,
    Web,
    answer,
    redirect,
)


@pytest.fixture
def drip(web: Web) -> Iterator[Callable[[str, bytes, float], Page]]:
    """Pages that send a head, then one piece every so many seconds until the other side goes."""
    stopped = threading.Event()

    def make(head: str, piece: bytes, seconds: float) -> Page:
        def send(connection: ssl.SSLSocket) -> None:
            connection.sendall(head.replace("\n", "\r\n").encode())
            while not stopped.wait(seconds):
                connection.sendall(piece)

        return send

    yield make
    stopped.set()


def sent(web: Web, head: str, piece: bytes, times: int) -> list[int]:
    """Make the film a page that sends a piece many times; how many the other side let it send ends up in the list."""
    count: list[int] = []

    def send(connection: ssl.SSLSocket) -> None:
        done = 0
        try:
            connection.sendall(head.replace("\n", "\r\n").encode())
            while done < times:
                connection.sendall(piece)
                done += 1
            connection.unwrap()
        finally:
            count.append(done)

    page(web, send)
    return count


def test_a_size_that_is_announced_is_refused_before_it_is_sent(web: Web) -> None:
    stopped = threading.Event()

    def send(connection: ssl.SSLSocket) -> None:
        connection.sendall(f"HTTP/1.1 200 OK\r\nContent-Length: {LIMITS.max_bytes + 1}\r\n\r\n".encode())
        stopped.wait(20)

    page(web, send)
    began = time.monotonic()
    error = refused(web)
    stopped.set()
    assert (error.code, error.passing) == ("FETCH_TOO_LARGE", False)
    assert time.monotonic() - began < PATIENCE


@pytest.mark.parametrize("framed", [True, False])
def test_a_size_that_is_not_announced_is_counted(web: Web, framed: bool) -> None:
    head = "HTTP/1.1 200 OK" + ("\nTransfer-Encoding: chunked" if framed else "")
    count = sent(web, f"{head}\n\n", b"2710\r\n" + bytes(10_000) + b"\r\n" if framed else bytes(10_000), 10_000)
    assert refused(web).code == "FETCH_TOO_LARGE"
    wait_for(count)
    assert count[0] < 5000  # of 100 MB, what the buffers of both sides hold was sent


@pytest.mark.parametrize(
    "piece",
    [
        b"1;" + b"x" * 1000 + b"\r\na\r\n",  # a byte in a thousand is of the file
        b"1\r\na\r\n" * 1000,  # one in six
        b"-5\r\nhello\r\n" * 1000,
    ],
)
def test_chunks_that_are_mostly_frame_are_refused(web: Web, piece: bytes) -> None:
    count = sent(web, "HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n", piece, 20_000)
    assert refused(web).code == "FETCH_TOO_LARGE"
    wait_for(count)
    assert count[0] < 20_000


@pytest.mark.parametrize("piece", [b"0" * 1000, b"zz\r\nhello\r\n", b"\r\n", b"5;a=b"])
def test_chunks_without_a_size_are_refused(web: Web, piece: bytes) -> None:
    count = sent(web, "HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n", piece * 1000, 20_000)
    assert refused(web).code == "FETCH_FAILED"
    wait_for(count)
    assert count[0] < 20_000


def test_trailers_without_end_are_refused(web: Web) -> None:
    head = "HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n1\na\n0\n"
    count = sent(web, head, b"A: b\r\n" * 1000, 20_000)
    assert refused(web).code == "FETCH_TOO_LARGE"
    wait_for(count)
    assert count[0] < 20_000


@pytest.mark.parametrize(
    "head",
    [
        "HTTP/1.1 200 OK\nA: " + "a" * 20_000,
        "HTTP/1.1 200 OK" + "".join(f"\nA{n}: {'a' * 100}" for n in range(90)),
        "HTTP/1.1 200 " + "a" * 20_000,
        "HTTP/1.1 100 Continue\n\n" * 1000 + "HTTP/1.1 200 OK",
    ],
)
def test_a_header_has_a_size(web: Web, head: str) -> None:
    page(web, answer(f"{head}\nContent-Length: 1", b"a"))
    assert refused(web, limits=replace(LIMITS, head_bytes=8192)).code == "FETCH_REFUSED"
    assert len(web.site.requests) == 1


def test_a_header_has_a_number_of_lines(web: Web) -> None:
    page(web, answer("HTTP/1.1 200 OK" + "\nA: a" * 1000))
    assert refused(web).code == "FETCH_FAILED"
    assert len(web.site.requests) == 1


def test_a_header_of_just_that_size_is_read(web: Web) -> None:
    head = "HTTP/1.1 200 OK\nContent-Length: 150000\nA: "
    head += "a" * (8192 - len(head) - 4 - 2)  # the lines end in two bytes each, the header in two more
    page(web, answer(head, BODY))
    assert fetched(web, limits=replace(LIMITS, head_bytes=8192))[1] == BODY
    page(web, answer(head + "a", BODY))
    assert refused(web, limits=replace(LIMITS, head_bytes=8192)).code == "FETCH_REFUSED"


def wait_for(count: list[int]) -> None:
    """Until the server noticed that nobody listens."""
    until = time.monotonic() + 10
    while not count and time.monotonic() < until:
        time.sleep(0.01)
    assert count


# Slowness


def test_a_header_that_drips_is_given_up(web: Web, drip: Callable[[str, bytes, float], Page]) -> None:
    page(web, drip("HTTP/1.1 200 OK\n", b"A: b\r\n", 0.05))
    began = time.monotonic()
    error = refused(web, limits=replace(LIMITS, head_seconds=0.4))
    assert (error.code, error.passing, len(web.site.requests)) == ("FETCH_TIMEOUT", True, 1)
    assert 0.4 <= time.monotonic() - began < PATIENCE


def test_a_server_that_says_nothing_is_given_up(web: Web, drip: Callable[[str, bytes, float], Page]) -> None:
    page(web, drip("", b"a", 20))
    assert refused(web, limits=replace(LIMITS, head_seconds=0.2)).code == "FETCH_TIMEOUT"
    assert len(web.site.requests) == 1


@pytest.mark.parametrize("framing", ["Content-Length: 100000\n\n", "Transfer-Encoding: chunked\n\n"])
def test_a_body_that_drips_is_given_up(web: Web, drip: Callable[[str, bytes, float], Page], framing: str) -> None:
    page(web, drip(f"HTTP/1.1 200 OK\n{framing}", b"1\r\na\r\n", 0.02))
    began = time.monotonic()
    error = refused(web, limits=replace(LIMITS, pace_bytes=1000, pace_seconds=0.4))
    assert (error.code, error.passing, len(web.site.requests)) == ("FETCH_TIMEOUT", True, 1)
    assert time.monotonic() - began < PATIENCE


def test_a_body_that_stops_is_given_up(web: Web, drip: Callable[[str, bytes, float], Page]) -> None:
    page(web, drip("HTTP/1.1 200 OK\nContent-Length: 100\n\nabc", b"a", 20))
    assert refused(web, limits=replace(LIMITS, pace_seconds=0.2)).code == "FETCH_TIMEOUT"


def test_a_body_that_keeps_the_pace_still_has_an_end(web: Web, drip: Callable[[str, bytes, float], Page]) -> None:
    page(web, drip("HTTP/1.1 200 OK\nContent-Length: 100000\n\n", b"a" * 100, 0.02))
    began = time.monotonic()
    error = refused(web, limits=replace(LIMITS, seconds=1, pace_bytes=10, pace_seconds=0.6))
    assert (error.code, len(web.site.requests)) == ("FETCH_TIMEOUT", 1)
    assert 1 <= time.monotonic() - began < PATIENCE


def test_redirects_share_one_deadline(web: Web) -> None:
    def slow(connection: ssl.SSLSocket) -> None:
        time.sleep(0.3)
        redirect("/film")(connection)

    page(web, slow)
    assert refused(web, limits=replace(LIMITS, seconds=0.8, redirects=100)).code == "FETCH_TIMEOUT"
    assert 1 <= len(web.site.requests) <= 3


def test_a_body_that_pauses_within_the_pace_arrives(web: Web) -> None:
    def send(connection: ssl.SSLSocket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 3000\r\n\r\n")
        for _ in range(3):
            time.sleep(0.3)
            connection.sendall(bytes(1000))

    page(web, send)
    assert fetched(web, limits=replace(LIMITS, pace_bytes=500, pace_seconds=0.8))[0].size == 3000


def test_errors_name_the_host_and_no_secret_of_the_address(web: Web) -> None:
    page(web, redirect("/film?signature=secret"))
    web.site.pages["/film?signature=secret"] = answer("HTTP/1.1 403 No")
    error = refused(web)
    assert HOST in error.message
    assert "secret" not in str(error)


def test_nothing_stays_open(web: Web) -> None:
    """Unclosed sockets warn, and warnings are errors; this looks from the other side."""
    gone = []

    def send(connection: ssl.SSLSocket) -> None:
        connection.sendall(b"HTTP/1.1 404 No\r\n\r\n")
        gone.append(connection.recv(1) == b"")

    page(web, send)
    refused(web)
    site: Site = web.site
    assert site.connections == 1
    until = time.monotonic() + 5
    while not gone and time.monotonic() < until:
        time.sleep(0.01)
    assert gone == [True]
