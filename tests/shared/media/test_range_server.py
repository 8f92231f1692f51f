"""The loopback server gives exactly the bytes of one source."""

import contextlib
import http.client
import random
import threading
from typing import NamedTuple
from urllib.parse import urlparse

import pytest

from shared.media.range_server import RangeServer
from shared.media.storage import BytesSource, ForwardReader

DATA = random.Random(1).randbytes(300_000)


class Counting(BytesSource):
    """Counts how often which bytes are asked for."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self.asked: list[tuple[int, int]] = []
        self._lock = threading.Lock()

    def read(self, start: int, end: int) -> bytes:
        with self._lock:
            self.asked.append((start, end))
        return super().read(start, end)


class Answer(NamedTuple):
    """An answer, read to its end."""

    status: int
    headers: dict[str, str]
    body: bytes


def ask(url: str, headers: dict[str, str] | None = None, method: str = "GET", path: str = "") -> Answer:
    parts = urlparse(url)
    with contextlib.closing(http.client.HTTPConnection(parts.netloc, timeout=10)) as connection:
        connection.request(method, path or parts.path, headers={"Connection": "close", **(headers or {})})
        with connection.getresponse() as answer:
            return Answer(answer.status, dict(answer.headers), answer.read())


@pytest.mark.parametrize("block_size", [1000, 65_536, 1 << 22])
def test_ranges(block_size: int) -> None:
    chance = random.Random(2)
    with RangeServer(BytesSource(DATA), block_size) as url:
        for _ in range(30):
            start = chance.randrange(len(DATA))
            end = chance.randrange(start, len(DATA)) + 1
            answer = ask(url, {"Range": f"bytes={start}-{end - 1}"})
            assert (answer.status, answer.body) == (206, DATA[start:end])
            assert answer.headers["Content-Range"] == f"bytes {start}-{end - 1}/{len(DATA)}"
        assert ask(url, {"Range": "bytes=5-"}).body == DATA[5:]
        whole = ask(url)
        assert (whole.status, whole.body) == (200, DATA)


def test_what_is_not_served() -> None:
    with RangeServer(BytesSource(DATA)) as url:
        assert ask(url, path="/").status == 404
        assert ask(url, path="/etc/passwd").status == 404
        assert ask(url, {"Range": f"bytes={len(DATA)}-"}).status == 416
        assert ask(url, method="POST").status == 501
        head = ask(url, method="HEAD")
        assert (head.status, head.headers["Content-Length"], head.body) == (200, str(len(DATA)), b"")
    with pytest.raises(ConnectionRefusedError):
        ask(url)


def test_paths_are_secret_and_the_address_is_loopback() -> None:
    with RangeServer(BytesSource(DATA)) as one, RangeServer(BytesSource(DATA)) as other:
        assert urlparse(one).path != urlparse(other).path
        assert len(urlparse(one).path) > 20
        assert urlparse(one).hostname == "127.0.0.1"


def test_each_block_is_fetched_once_when_read_forward() -> None:
    source = Counting(DATA)
    with RangeServer(source, 50_000) as url:
        for start in range(0, len(DATA), 10_000):
            ask(url, {"Range": f"bytes={start}-{start + 9_999}"})
    assert sorted(source.asked) == [(start, start + 50_000) for start in range(0, len(DATA), 50_000)]


def test_failure_of_the_source_comes_out() -> None:
    class Broken(BytesSource):
        def read(self, start: int, end: int) -> bytes:
            raise ConnectionError("away")

    with (
        pytest.raises(ConnectionError, match="away"),
        RangeServer(Broken(DATA)) as url,
        contextlib.suppress(http.client.HTTPException),
    ):
        ask(url)


def test_a_source_that_gives_too_little_is_a_failure() -> None:
    class Short(BytesSource):
        def read(self, start: int, end: int) -> bytes:
            return super().read(start, end - 1)

    with pytest.raises(EOFError), RangeServer(Short(DATA)) as url, contextlib.suppress(http.client.HTTPException):
        ask(url)


def test_forward_reader_asks_rarely() -> None:
    source = Counting(DATA)
    reader = ForwardReader(source, 100_000)
    pieces = [b"".join(reader.read(start, min(len(DATA), start + 7_000))) for start in range(0, len(DATA), 7_000)]
    assert b"".join(pieces) == DATA
    assert len(source.asked) == 3
    with pytest.raises(EOFError):
        b"".join(reader.read(len(DATA) - 1, len(DATA) + 1))
