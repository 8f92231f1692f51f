"""All endpoints behind one WSGI application, as API Gateway has them: for tests that speak HTTP."""

import base64
import importlib
import json
import re
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote

from infra.openapi import document
from infra.parts.discovery import endpoints
from shared.contract.declare import ANY_ROUTE

DOCUMENT = "/openapi.json"
Handler = Callable[[dict[str, Any], Any], dict[str, Any]]
_PARAMETER = re.compile(r"\{(\w+)\}")


class Gateway:
    """Routes as an HTTP API does, exact paths before those with parameters; it has the OpenAPI document besides."""

    def __init__(self) -> None:
        """All endpoints that exist."""
        self._routes: list[tuple[str, re.Pattern[str], Handler]] = []
        for room, endpoint in endpoints():
            handler = importlib.import_module(room.module).handler
            for method, path in endpoint.routes:
                if path == ANY_ROUTE:
                    self._default = handler
                    continue
                self._routes.append((method, re.compile(_PARAMETER.sub(r"(?P<\1>[^/]+)", path)), handler))
        self._routes.sort(key=lambda route: route[1].groups)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """One HTTP exchange."""
        answer = self._answer(environ)
        start_response(
            f"{answer['statusCode']} {HTTPStatus(answer['statusCode']).phrase}",
            [(name, str(value)) for name, value in answer["headers"].items()],
        )
        content = answer.get("body") or ""
        return [base64.b64decode(content) if answer.get("isBase64Encoded") else content.encode()]

    def _answer(self, environ: dict[str, Any]) -> dict[str, Any]:
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"].encode("latin-1").decode(errors="replace")
        if path == DOCUMENT:
            return {"statusCode": 200, "headers": {"content-type": "application/json"}, "body": json.dumps(document())}
        handler, parameters = self._find(method, path)
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        headers = {
            name.removeprefix("HTTP_").replace("_", "-").lower(): value
            for name, value in environ.items()
            if name.startswith("HTTP_") or name in ("CONTENT_TYPE", "CONTENT_LENGTH")
        }
        http = {"method": method, "path": path, "sourceIp": "203.0.113.7", "protocol": "HTTP/1.1", "userAgent": "test"}
        event = {
            "version": "2.0",
            "routeKey": f"{method} {path}",
            "rawPath": path,
            "rawQueryString": environ.get("QUERY_STRING", ""),
            "headers": headers,
            "requestContext": {"http": http, "stage": "$default", "requestId": "request", "timeEpoch": 0},
            "pathParameters": parameters,
            "body": base64.b64encode(body).decode() if body else None,
            "isBase64Encoded": bool(body),
        }
        return handler(event, None)

    def _find(self, method: str, path: str) -> tuple[Handler, dict[str, str]]:
        for wanted, pattern, handler in self._routes:
            if wanted == method and (found := pattern.fullmatch(path)):
                return handler, {name: unquote(value) for name, value in found.groupdict().items()}
        return self._default, {}
