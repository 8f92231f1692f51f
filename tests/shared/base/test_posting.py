"""Sending to connections: over few requests' worth of connections, and an outcome for whatever comes back."""

import socket
import threading
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from shared.base import posting
from shared.base.posting import Frame, Outcome, Poster
from tests.live import GONE, Gateway, gateway
from tests.shared.base.web import Authority

FRAME = Frame.of('{"type":"pong"}')


@pytest.fixture
def served() -> Iterator[tuple[Gateway, Poster]]:
    with gateway() as (made, address):
        poster = Poster(address, "eu-central-1")
        yield made, poster
        poster.close()


def test_requests_share_a_connection(served: tuple[Gateway, Poster], monkeypatch: pytest.MonkeyPatch) -> None:
    made, poster = served
    opened = []
    connect = socket.create_connection
    monkeypatch.setattr(socket, "create_connection", lambda *told: opened.append(told) or connect(*told))
    signer = poster.signer()
    outcomes = [poster.post(signer, f"client-{number}=", FRAME, 5) for number in range(20)]
    assert outcomes == [Outcome.SENT] * 20
    assert len(opened) == 1
    assert made.frames["client-7="] == [{"type": "pong"}]
    assert poster.end(signer, "client-7=", 5) is Outcome.SENT
    assert made.ended == ["client-7="]
    assert b"x-amz-date:" in made.heads[0].lower()


def test_gone_client_is_told_apart(served: tuple[Gateway, Poster]) -> None:
    made, poster = served
    made.fault = lambda name, _number: GONE if name == "gone=" else ""
    signer = poster.signer()
    assert [poster.post(signer, name, FRAME, 5) for name in ("gone=", "there=")] == [Outcome.GONE, Outcome.SENT]


def answering(*answers: bytes) -> tuple[int, list[socket.socket]]:
    """A server that says these, one a connection, and hangs up; its port, and the connections that it had."""
    server = socket.create_server(("127.0.0.1", 0))
    had: list[socket.socket] = []

    def serve() -> None:
        with closing(server), suppress(OSError):
            for answer in answers:
                connection = server.accept()[0]
                had.append(connection)
                connection.recv(65536)
                connection.sendall(answer)
                connection.close()

    threading.Thread(target=serve, daemon=True).start()
    return server.getsockname()[1], had


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", Outcome.SENT),
        (b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", Outcome.SENT),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", Outcome.SENT),
        (b"HTTP/1.1 410 Gone\r\nContent-Length: 400\r\n\r\ncut off", Outcome.GONE),
        (b"HTTP/1.1 413 Too large\r\n\r\n", Outcome.REFUSED),
        (b"HTTP/1.1 429 Slow down\r\n\r\n", Outcome.BUSY),
        (b"HTTP/1.1 500 Oops\r\n\r\n", Outcome.BUSY),
        (b"HTTP/1.1 403 Forbidden\r\n\r\n", Outcome.BUSY),
        (b"HTTP/1.1 200 OK\r\nContent-Len", Outcome.SILENT),
        (b"", Outcome.SILENT),
    ],
)
def test_outcome_of_an_answer(answer: bytes, outcome: Outcome) -> None:
    port, had = answering(answer)
    poster = Poster(f"http://127.0.0.1:{port}/live", "eu-central-1")
    assert poster.post(poster.signer(), "a=", FRAME, 5) is outcome
    assert len(had) == 1
    poster.close()


def test_connection_that_was_closed_meanwhile_is_made_anew() -> None:
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
    port, had = answering(answer, answer)
    poster = Poster(f"http://127.0.0.1:{port}/live", "eu-central-1")
    signer = poster.signer()
    assert [poster.post(signer, "a=", FRAME, 5) for _ in range(2)] == [Outcome.SENT] * 2
    assert len(had) == 2
    poster.close()


def test_nobody_there_is_silence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        poster = Poster(f"http://127.0.0.1:{port}/live", "eu-central-1")
        assert poster.post(poster.signer(), "a=", FRAME, 0.05) is Outcome.SILENT
    assert poster.post(poster.signer(), "a=", FRAME, 0.05) is Outcome.SILENT


def test_certificate_is_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    authority = Authority(tmp_path)
    context = authority.server("localhost")
    made = Gateway()
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with suppress(OSError):
            while True:
                connection = server.accept()[0]
                with suppress(OSError):
                    made.serve(context.wrap_socket(connection, server_side=True))

    threading.Thread(target=serve, daemon=True).start()
    address = f"https://localhost:{server.getsockname()[1]}/live"
    stranger = Poster(address, "eu-central-1")
    assert stranger.post(stranger.signer(), "a=", FRAME, 5) is Outcome.SILENT
    assert made.requests == 0
    monkeypatch.setattr(posting, "trusted", authority.trusted)
    poster = Poster(address, "eu-central-1")
    assert [poster.post(poster.signer(), "a=", FRAME, 5) for _ in range(2)] == [Outcome.SENT] * 2
    poster.close()
    server.close()
