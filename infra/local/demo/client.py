"""A user of the API: registers, uploads in parts straight to S3, asks how it goes. Uses nothing but HTTP."""

import secrets
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

CONTENT_TYPES = {".mp4": "video/mp4", ".m4v": "video/mp4", ".mov": "video/quicktime", ".webm": "video/webm"}
API_SECONDS = 30
PART_SECONDS = 300
TOKEN_SECONDS = 10 * 60
"""An access token is good for 15 minutes: before that another one is asked for."""


class DemoError(Exception):
    """Something did not go as it should; the message says what."""


def check_film(film: Path) -> None:
    """Raises: DemoError: the API would not take this file; found before anything is started."""
    wish = "make demo FILE=/path/to/a.mp4 takes yours"
    if not film.exists():
        raise DemoError(f"FILE={film}: there is no such file; {wish}")
    if not film.is_file():
        raise DemoError(f"FILE={film}: is not a file; {wish}")
    if film.suffix.lower() not in CONTENT_TYPES:
        raise DemoError(f"FILE={film}: MP4, MOV and WebM can be uploaded ({', '.join(CONTENT_TYPES)})")
    if not film.stat().st_size:
        raise DemoError(f"FILE={film}: is empty")


class ApiClient:
    """One user's view of the API."""

    def __init__(self, api_url: str) -> None:
        """Nobody is logged in before `register`."""
        self._api = httpx.Client(base_url=api_url, timeout=API_SECONDS)
        self._refresh_token = ""
        self._since = 0.0
        """When the access token was given, on the monotonic clock."""

    def close(self) -> None:
        """Drop the connections."""
        self._api.close()

    def request(self, method: str, path: str, **more: Any) -> httpx.Response:
        """Whatever the API answers."""
        if self._refresh_token and time.monotonic() - self._since > TOKEN_SECONDS:
            answer = self._api.post("/api/auth/refresh", json={"refresh_token": self._refresh_token})
            self._log_in(answer.raise_for_status().json())
        return self._api.request(method, path, **more)

    def call(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        """The answer's JSON; DemoError when it is an error."""
        answer = self.request(method, path, json=body)
        if answer.is_error:
            raise DemoError(f"{method} {path} answered {answer.status_code}: {answer.text[:500]}")
        found: dict[str, Any] = answer.json()
        return found

    def register(self) -> str:
        """Register a new user and be logged in; the user name."""
        name = f"demo_{secrets.token_hex(4)}"
        password = f"Demo-{secrets.token_urlsafe(12)}1"
        account = {"username": name, "email": f"{name}@example.com", "password": password}
        tokens = self.call("POST", "/api/auth/register", account)["tokens"]
        self._log_in(tokens)
        return name

    def _log_in(self, tokens: dict[str, str]) -> None:
        self._api.headers["authorization"] = f"Bearer {tokens['access_token']}"
        self._refresh_token, self._since = tokens["refresh_token"], time.monotonic()

    @property
    def authorization(self) -> str:
        """The header that says who calls."""
        return self._api.headers["authorization"]

    def upload(self, file: Path, on_part: Callable[[int], None]) -> str:
        """Upload a film in parts, each to its presigned address; the video's id. `on_part` is told bytes as they go.

        `check_film` has found it good.
        """
        kind, size = CONTENT_TYPES[file.suffix.lower()], file.stat().st_size
        asked = {"filename": file.name, "file_size": size, "content_type": kind, "multipart": True}
        upload = self.call("POST", "/api/upload/video/request", asked)
        with file.open("rb") as film, httpx.Client(timeout=PART_SECONDS) as storage:
            parts = [
                _send_part(storage, part, film.read(part["size"]), upload, on_part) for part in upload["part_urls"]
            ]
        finished = {"upload_id": upload["upload_id"], "parts": parts}
        self.call("POST", f"/api/upload/video/{upload['video_id']}/complete", finished)
        return str(upload["video_id"])

    def video(self, video_id: str) -> dict[str, Any]:
        """The video as its owner sees it."""
        return self.call("GET", f"/api/videos/{video_id}")

    def download(self, job_id: str, target: Path) -> None:
        """Keep what a job has made, from the address that the API gives for it."""
        told = self.call("GET", f"/api/download/{job_id}?redirect=false")
        with httpx.stream("GET", told["url"], timeout=PART_SECONDS) as answer, target.open("wb") as file:
            answer.raise_for_status()
            for piece in answer.iter_bytes():
                file.write(piece)


def _send_part(
    storage: httpx.Client, part: dict[str, Any], body: bytes, upload: dict[str, Any], on_part: Callable[[int], None]
) -> dict[str, Any]:
    sent = storage.put(part["url"], content=body, headers=upload.get("headers") or {})
    if sent.is_error:
        raise DemoError(f"part {part['part_number']} was refused with {sent.status_code}: {sent.text[:300]}")
    on_part(len(body))
    return {"part_number": part["part_number"], "etag": sent.headers["etag"]}
