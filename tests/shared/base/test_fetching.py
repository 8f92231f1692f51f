"""One fetch over real TLS: files that arrive as they are, answers that are none, and ends that come too early."""

import os
import ssl
import time
from dataclasses import replace

import pytest

from shared.base.fetching import fetch
from tests.shared.base.fetches import BODY, LIMITS, URL, Held, fetched, page, refused
from tests.shared.base.web import ADDRESS, HOST, Web, answer, chunked, file


def test_a_file_arrives_as_it_is(web: Web) -> None:
    page(web, file(BODY))
    result, data = fetched(web)
    assert data == BODY
    assert (result.content_type, result.final_url) == ("video/mp4", URL)
    assert (web.asked, web.dialled) == ([HOST], [(ADDRESS, 443)])
    assert web.site.names == [HOST]


def test_the_request_says_nothing_about_anybody(web: Web) -> None:
    page(web, file(BODY))
    fetched(web)
    (request,) = web.site.requests
    assert request == (
        f"GET /film HTTP/1.1\r\nHost: {HOST}\r\nUser-Agent: Showreel\r\nAccept: */*\r\n"
        "Accept-Encoding: identity\r\nConnection: close\r\n\r\n"
    )


def test_chunks_and_an_end_that_is_said_by_tls_are_bodies_too(web: Web) -> None:
    page(web, answer("HTTP/1.1 200 OK\nTransfer-Encoding: Chunked", chunked(BODY[:70_000], BODY[70_000:])))
    assert fetched(web)[1] == BODY
    page(web, answer("HTTP/1.0 200 OK", BODY))
    result, data = fetched(web)
    assert (data, result.content_type) == (BODY, "application/octet-stream")


@pytest.mark.parametrize("size", [0, 1, 65536, LIMITS.max_bytes])
@pytest.mark.parametrize("framed", [True, False])
def test_sizes_up_to_the_limit_arrive(web: Web, size: int, framed: bool) -> None:
    body = os.urandom(size)
    page(web, answer("HTTP/1.1 200 OK\nTransfer-Encoding: chunked", chunked(body)) if framed else file(body))
    assert fetched(web)[1] == body


@pytest.mark.parametrize("told", ["text/html; a=b", "a", "x" * 300 + "/a", "a/b\n c", 'a/"<b>', "", "ä/ö"])
def test_a_content_type_is_a_plain_one(web: Web, told: str) -> None:
    page(web, answer(f"HTTP/1.1 200 OK\nContent-Length: 1\nContent-Type: {told}", b"a"))
    assert fetched(web)[0].content_type == ("text/html" if "html" in told else "application/octet-stream")


def test_a_hosts_next_address_is_tried(web: Web) -> None:
    web.names[HOST] = [["2606:4700::1", "93.184.216.1", ADDRESS]]
    page(web, file(BODY))
    assert fetched(web)[1] == BODY
    assert [address for address, _ in web.dialled] == ["2606:4700::1", "93.184.216.1", ADDRESS]


def test_a_slow_sink_is_not_the_servers_fault(web: Web) -> None:
    class Slow(Held):
        def write(self, data: bytes) -> None:
            time.sleep(0.1)
            super().write(data)

    page(web, file(BODY))
    sink = Slow()
    fetch(URL, sink, replace(LIMITS, pace_seconds=0.5, pace_bytes=1_000_000), web.network)
    assert sink.data == BODY


def test_what_the_sink_raises_is_not_about_the_source(web: Web) -> None:
    class Full(Held):
        def write(self, data: bytes) -> None:
            raise OSError("full")

    page(web, file(BODY))
    sink = Full()
    with pytest.raises(OSError, match="full"):
        fetch(URL, sink, LIMITS, web.network)
    assert sink.ends == ["aborted"]


# Answers that are none


@pytest.mark.parametrize(
    "status",
    [103, 201, 203, 204, 206, 300, 304, 401, 404, 408, 429, 500, 503],
)
def test_only_200_is_the_file(web: Web, status: int) -> None:
    passing = status in {408, 429, 500, 503}
    page(web, answer(f"HTTP/1.1 {status} Fine\nContent-Length: 5", b"inner"))
    error = refused(web)
    assert (error.code, error.passing, len(web.site.requests)) == ("FETCH_FAILED", passing, 1)
    assert str(status) in error.message


@pytest.mark.parametrize("coding", ["gzip", "br", "identity, gzip", "zstd", "x"])
def test_no_encoding_is_taken(web: Web, coding: str) -> None:
    page(web, file(BODY, f"\nContent-Encoding: {coding}"))
    assert refused(web).code == "FETCH_REFUSED"
    assert len(web.site.requests) == 1
    page(web, file(BODY, "\nContent-Encoding: Identity"))
    assert fetched(web)[1] == BODY


@pytest.mark.parametrize(
    "framing",
    [
        "Content-Length: 5\nContent-Length: 6",
        "Content-Length: 5\nTransfer-Encoding: chunked",
        "Transfer-Encoding: gzip, chunked",
        "Transfer-Encoding: chunked\nTransfer-Encoding: chunked",
        "Transfer-Encoding: xchunked",
        "Content-Length: -1",
        "Content-Length: +5",
        "Content-Length: 5_0",
        "Content-Length: 0x5",
        "Content-Length: ",
        "Content-Length: 5, 5",
        f"Content-Length: {'9' * 30}",
    ],
)
def test_a_length_that_is_not_clear_is_not_taken(web: Web, framing: str) -> None:
    page(web, answer(f"HTTP/1.1 200 OK\n{framing}", b"5\r\nhello\r\n0\r\n\r\n"))
    assert refused(web).code == "FETCH_FAILED"
    assert len(web.site.requests) == 1


@pytest.mark.parametrize(
    "head",
    ["", "hello", "HTTP/2 200 OK", "SSH-2.0-x", "HTTP/1.1 abc", "HTTP/1.1 99999 OK", "HTTP/1.1 -200 OK", "\xff" * 100],
)
def test_what_is_not_http_is_told(web: Web, head: str) -> None:
    page(web, answer(head, b"", closes=False))
    assert refused(web).code == "FETCH_FAILED"
    assert len(web.site.requests) == 1


# Ends that come too early


@pytest.mark.parametrize("closes", [True, False])
@pytest.mark.parametrize(
    ("head", "body"),
    [
        ("Content-Length: 150000", BODY[:-1]),
        ("Content-Length: 1", b""),
        ("Transfer-Encoding: chunked", chunked(BODY)[:-5]),
        ("Transfer-Encoding: chunked", chunked(BODY)[:100]),
        ("Transfer-Encoding: chunked", b""),
    ],
    ids=["a byte less", "nothing", "a chunk less", "part of a chunk", "no chunk"],
)
def test_less_than_was_promised_is_an_error(web: Web, head: str, body: bytes, closes: bool) -> None:
    page(web, answer(f"HTTP/1.1 200 OK\n{head}", body, closes=closes))
    error = refused(web)
    assert (error.code, error.passing, len(web.site.requests)) == ("FETCH_FAILED", True, 1)


@pytest.mark.parametrize("closes", [True, False])
@pytest.mark.parametrize("head", ["HTTP/1.1 200 OK\r\nContent-Le", "HTTP/1.1 200 OK\r\nA: b\r\n", "HTTP/1.1 20", ""])
def test_a_header_without_its_end_is_an_error(web: Web, head: str, closes: bool) -> None:
    def send(connection: ssl.SSLSocket) -> None:
        connection.sendall(head.encode())
        if closes:
            connection.unwrap()

    page(web, send)
    error = refused(web)
    assert (error.code, error.passing, len(web.site.requests)) == ("FETCH_FAILED", True, 1)


def test_a_connection_that_is_cut_is_no_end(web: Web) -> None:
    page(web, answer("HTTP/1.0 200 OK", BODY, closes=False))
    error = refused(web)
    assert (error.code, error.passing, len(web.site.requests)) == ("FETCH_FAILED", True, 1)
