"""Calling a handler the way API Gateway does (payload format 2.0)."""

import asyncio
import base64
import gzip
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Handler = Callable[[dict[str, Any], Any], dict[str, Any]]


@dataclass(frozen=True)
class Answer:
    """What a handler answered; header names in lower case."""

    status: int
    headers: dict[str, str]
    body: str

    @property
    def json(self) -> Any:
        """The body, parsed."""
        return json.loads(self.body)

    @property
    def error(self) -> dict[str, Any]:
        """The error of the envelope."""
        found: dict[str, Any] = self.json["error"]
        return found


def event(
    method: str,
    path: str,
    body: Any = None,
    *,
    headers: dict[str, str] | None = None,
    token: str = "",
    address: str = "203.0.113.7",
    query: str = "",
    parameters: dict[str, str] | None = None,
) -> dict[str, Any]:
    """An event of the HTTP API. `body` is text as it is, or anything else as JSON."""
    sent = {"host": "api.showreel.example"}
    if body is not None:
        sent["content-type"] = "application/json"
    if token:
        sent["authorization"] = f"Bearer {token}"
    http = {"method": method, "path": path, "sourceIp": address, "protocol": "HTTP/1.1", "userAgent": "test"}
    return {
        "version": "2.0",
        "routeKey": f"{method} {path}",
        "rawPath": path,
        "rawQueryString": query,
        "headers": {**sent, **(headers or {})},
        "requestContext": {"http": http, "stage": "$default", "requestId": "request", "timeEpoch": 0},
        "pathParameters": parameters or {},
        "body": body if body is None or isinstance(body, str) else json.dumps(body),
        "isBase64Encoded": False,
    }


def call(handler: Handler, method: str, path: str, body: Any = None, **more: Any) -> Answer:
    """What the handler answers; `more` as for `event`."""
    answer = handler(event(method, path, body, **more), None)
    content = answer.get("body") or ""
    if answer.get("isBase64Encoded"):
        raw = base64.b64decode(content)
        content = (gzip.decompress(raw) if answer["headers"].get("content-encoding") == "gzip" else raw).decode()
    return Answer(answer["statusCode"], {name.lower(): value for name, value in answer["headers"].items()}, content)


def call_in_a_thread(handler: Handler, method: str, path: str, body: Any = None, **more: Any) -> Answer:
    """The same in a thread of a pool, whose event loop is closed afterwards."""
    try:
        return call(handler, method, path, body, **more)
    finally:
        asyncio.get_event_loop_policy().get_event_loop().close()
        asyncio.set_event_loop(None)
