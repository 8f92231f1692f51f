"""The media server: what CloudFront, its Function and the private bucket do together on AWS, on a port of its own.

`GET|HEAD|OPTIONS /{expiry}.{mac}/v/{video_id}/{version}/{name}`, or `early` for `v`: the token is checked and stripped,
the object streamed from the media bucket with byte ranges. `mac` is the first 32 hex digits of
HMAC-SHA256(key, "video_id/version/expiry").
"""

from __future__ import annotations

import contextlib
import fnmatch
import hashlib
import hmac
import http.server
import re
import threading
import time
from typing import Any, ClassVar

from botocore.exceptions import BotoCoreError, ClientError

from infra.local.settings import Settings

#: as infra/parts/media_address.js has it
_PATH = re.compile(
    r"/(\d{9,12})\.([0-9a-f]{32})(/(?:v|early)/([0-9a-f-]{36})/(\d{1,9})/[A-Za-z0-9][A-Za-z0-9._-]{0,99})"
)
_PUBLIC = re.compile(r"/public/[A-Za-z0-9_/-]{1,200}\.(jpg|svg)")
_TYPES = {
    "m3u8": "application/vnd.apple.mpegurl",
    "mp4": "video/mp4",
    "m4s": "video/iso.segment",
    "jpg": "image/jpeg",
    "svg": "image/svg+xml",
    "webp": "image/webp",
    "vtt": "text/vtt",
    "json": "application/json",
}
_BLOCK = 256 * 1024
_IDLE_SECONDS = 60


def token_mac(key: bytes, video_id: str, version: str, expiry: str) -> str:
    """The mac of a media address, 32 hex digits."""
    return hmac.new(key, f"{video_id}/{version}/{expiry}".encode(), hashlib.sha256).hexdigest()[:32]


def object_key(path: str, key: bytes, now: float) -> str | None:
    """The bucket's key behind a media path with a valid token, else None."""
    if _PUBLIC.fullmatch(path):
        return path[1:]
    found = _PATH.fullmatch(path)
    if found is None:
        return None
    expiry, mac, rest, video_id, version = found.groups()
    valid = hmac.compare_digest(mac, token_mac(key, video_id, version, expiry))
    return rest[1:] if valid and now <= int(expiry) else None


class _Handler(http.server.BaseHTTPRequestHandler):
    """One connection; `stack` is set by the server that makes it."""

    protocol_version = "HTTP/1.1"
    server_version, sys_version = "showreel", ""
    timeout = _IDLE_SECONDS
    s3: ClassVar[Any]
    bucket: ClassVar[str]
    key: ClassVar[bytes]
    origins: ClassVar[tuple[str, ...]]

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def do_OPTIONS(self) -> None:
        allowed = self._allowed_origin() is not None
        self.send_response(204 if allowed else 403)
        self._send_cors()
        if allowed:
            self.send_header("Access-Control-Allow-Methods", "GET, HEAD, OPTIONS")
            self.send_header("Access-Control-Allow-Headers", "Range, If-Range, If-None-Match")
            self.send_header("Access-Control-Max-Age", "3600")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _answer(self, *, with_body: bool) -> None:
        if self.headers.get("Content-Length") or self.headers.get("Transfer-Encoding"):
            self.close_connection = True  # a body is not read, so the connection cannot go on
        name = object_key(self.path.partition("?")[0], self.key, time.time())
        if name is None:
            return self._refuse(403, "Forbidden\n", with_body=with_body)
        try:
            found = self._fetch(name, with_body=with_body)
        except ClientError as exc:
            status = exc.response["ResponseMetadata"]["HTTPStatusCode"]
            return self._refuse(status if status in (304, 412, 416) else 403, "", with_body=with_body)
        except BotoCoreError:
            return self._refuse(503, "Try again\n", with_body=with_body)
        self._send(name, found, with_body=with_body)
        return None

    def _fetch(self, name: str, *, with_body: bool) -> dict[str, Any]:
        wanted = {"Range": self.headers.get("Range"), "IfNoneMatch": self.headers.get("If-None-Match")}
        if (condition := self.headers.get("If-Range")) and wanted["Range"]:
            tag = self.s3.head_object(Bucket=self.bucket, Key=name)["ETag"]
            wanted["Range"] = wanted["Range"] if tag == condition else None
        ask = self.s3.get_object if with_body else self.s3.head_object
        found: dict[str, Any] = ask(
            Bucket=self.bucket, Key=name, **{key: value for key, value in wanted.items() if value}
        )
        return found

    def _send(self, name: str, found: dict[str, Any], *, with_body: bool) -> None:
        self.send_response(206 if found.get("ContentRange") else 200)
        self._send_cors()
        headers = {
            "Content-Type": _TYPES.get(name.rpartition(".")[2], "application/octet-stream"),
            "Content-Length": str(found["ContentLength"]),
            "Content-Range": found.get("ContentRange"),
            "Accept-Ranges": "bytes",
            "ETag": found["ETag"],
            "Last-Modified": self.date_time_string(int(found["LastModified"].timestamp())),
            "Cache-Control": found.get("CacheControl") or "public, max-age=31536000, immutable",
            "X-Content-Type-Options": "nosniff",
        }
        for header, value in headers.items():
            if value:
                self.send_header(header, value)
        self.end_headers()
        if with_body:
            with contextlib.closing(found["Body"]) as body:
                while block := body.read(_BLOCK):
                    self.wfile.write(block)

    def _refuse(self, status: int, text: str, *, with_body: bool) -> None:
        body = text.encode()
        self.send_response(status)
        self._send_cors()
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Cache-Control", "no-store")
        if status != 304:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if with_body and status != 304:
            self.wfile.write(body)

    def _allowed_origin(self) -> str | None:
        origin = self.headers.get("Origin", "")
        return origin if origin and any(fnmatch.fnmatchcase(origin, allowed) for allowed in self.origins) else None

    def _send_cors(self) -> None:
        self.send_header("Vary", "Origin")
        if origin := self._allowed_origin():
            self.send_header("Access-Control-Allow-Origin", origin)
            self.send_header("Access-Control-Expose-Headers", "Content-Length, Content-Range, Accept-Ranges, ETag")

    def handle(self) -> None:
        with contextlib.suppress(ConnectionError, TimeoutError):  # the player went elsewhere
            super().handle()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Players ask for a range every few seconds: no line for each."""


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


class MediaServer:
    """Serves one bucket on 127.0.0.1 until it is closed."""

    def __init__(self, settings: Settings, s3: Any, bucket: str, key: bytes) -> None:
        values = {"s3": s3, "bucket": bucket, "key": key, "origins": settings.cors_origins}
        self._server = _Server(("127.0.0.1", settings.media_port), type("Handler", (_Handler,), values))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.1,), daemon=True, name="media")

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(2)
