"""A range server on the loopback address for exactly one source, so that FFmpeg never sees where bytes lie."""

import contextlib
import re
import secrets
import threading
from collections import OrderedDict
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingTCPServer
from types import TracebackType
from typing import cast

from shared.media.storage import RangeSource

BLOCK_SIZE = 4 * 1024 * 1024
BLOCKS_KEPT = 8
BLOCKS_AHEAD = 2
RANGE = re.compile(r"bytes=(\d+)-(\d*)$")


class BlockCache:
    """A source in blocks: recent ones are kept, and reading forward fetches the next ones in advance."""

    def __init__(self, source: RangeSource, block_size: int = BLOCK_SIZE, ahead: int = BLOCKS_AHEAD) -> None:
        """`ahead`: how many blocks are fetched in advance."""
        self.source = source
        self.block_size = block_size
        self.failure: BaseException | None = None
        """The first exception of the source."""
        self._ahead = ahead
        self._blocks: OrderedDict[int, Future[bytes]] = OrderedDict()
        self._lock = threading.Lock()
        self._pool = ThreadPoolExecutor(max(1, ahead), thread_name_prefix="read-ahead")

    def close(self) -> None:
        """End the threads that read ahead."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def pieces(self, start: int, end: int) -> Iterator[bytes]:
        """Bytes start..end, the end excluded, block by block."""
        while start < end:
            number, offset = divmod(start, self.block_size)
            piece = self._block(number)[offset : offset + end - start]
            start += len(piece)
            yield piece

    def _block(self, number: int) -> bytes:
        with self._lock:
            is_forward = number == 0 or number - 1 in self._blocks
            wanted = self._fetch(number)
            for later in range(number + 1, number + 1 + self._ahead if is_forward else 0):
                if later * self.block_size < self.source.size:
                    self._fetch(later)
            self._blocks.move_to_end(number)
            while len(self._blocks) > BLOCKS_KEPT:
                self._blocks.popitem(last=False)
        return wanted.result()

    def _fetch(self, number: int) -> Future[bytes]:
        if number not in self._blocks:
            self._blocks[number] = self._pool.submit(self._read, number)
        return self._blocks[number]

    def _read(self, number: int) -> bytes:
        start = number * self.block_size
        end = min(self.source.size, start + self.block_size)
        try:
            data = self.source.read(start, end)
        except BaseException as error:
            self.failure = self.failure or error
            raise
        if len(data) != end - start:
            self.failure = EOFError(f"the source gave {len(data)} bytes instead of {end - start}")
            raise self.failure
        return data


class _Server(ThreadingTCPServer):
    """It has no time limits of its own: a slow encoder may rest for minutes, and its death closes the connection."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(self, cache: BlockCache) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.cache = cache
        self.path = f"/{secrets.token_urlsafe(18)}"

    # pyrefly: ignore [missing-override-decorator]
    def handle_error(self, request: object, client_address: object) -> None:
        """A client that left, or a source that failed, which the owner of the server is told."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    @property
    def _own(self) -> _Server:
        return cast("_Server", self.server)

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        span = self._answer()
        if span:
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                for piece in self._own.cache.pieces(*span):
                    self.wfile.write(piece)

    def _answer(self) -> tuple[int, int] | None:
        """Send the head of the answer; the range that follows, if one does."""
        size = self._own.cache.source.size
        if not secrets.compare_digest(self.path, self._own.path):
            return self._empty(HTTPStatus.NOT_FOUND, {})
        header = self.headers.get("Range")
        asked = RANGE.match(header) if header else None
        start = int(asked[1]) if asked else 0
        end = min(size, int(asked[2]) + 1) if asked and asked[2] else size
        if start >= end:
            return self._empty(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, {"Content-Range": f"bytes */{size}"})
        self.send_response(HTTPStatus.PARTIAL_CONTENT if asked else HTTPStatus.OK)
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("Content-Length", str(end - start))
        if self.close_connection:  # a client that is not told would ask again on a connection that is about to end
            self.send_header("Connection", "close")
        if asked:
            self.send_header("Content-Range", f"bytes {start}-{end - 1}/{size}")
        self.end_headers()
        return start, end

    def _empty(self, status: HTTPStatus, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": "0"}.items():
            self.send_header(name, value)
        self.end_headers()

    # pyrefly: ignore [missing-override-decorator]
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the name is the base class's
        """Nothing: requests are FFmpeg's own."""


class RangeServer:
    """Serves one source while the context lasts: `with RangeServer(source) as url`."""

    def __init__(self, source: RangeSource, block_size: int = BLOCK_SIZE, ahead: int = BLOCKS_AHEAD) -> None:
        """The port is opened when the context is entered."""
        self._cache = BlockCache(source, block_size, ahead)

    def __enter__(self) -> str:
        """The address of the source; whoever knows it can read."""
        self._server = _Server(self._cache)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()
        return f"http://127.0.0.1:{self._server.server_address[1]}{self._server.path}"

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close. When the source failed, its exception replaces whatever FFmpeg made of it."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        self._cache.close()
        if self._cache.failure is not None and (error is None or isinstance(error, Exception)):
            raise self._cache.failure from error
