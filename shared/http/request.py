"""A request as API Gateway's payload 2.0 brings it."""

import base64
import binascii
import functools
import ipaddress
import json
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import unquote

from shared.base import origin
from shared.base.errors import BadRequestError, PayloadTooLargeError
from shared.base.ids import new_id
from shared.base.settings import setting
from shared.domains.keys.rules import FORM, MARK

MAX_BODY = 1024 * 1024
MAX_DEPTH = 64
MAX_DIGITS = 300
_TOO_DEEP = f"it is nested deeper than {MAX_DEPTH} levels"
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_TRACE_PARENT = re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")


@dataclass(frozen=True)
class ApiRequest:
    """One event of the HTTP API (payload format 2.0)."""

    event: dict[str, Any]

    @cached_property
    def headers(self) -> dict[str, str]:
        """Header name in lower case -> value."""
        return {name.lower(): value for name, value in (self.event.get("headers") or {}).items()}

    @property
    def method(self) -> str:
        """GET, POST and so on."""
        return str(self.event["requestContext"]["http"]["method"])

    @property
    def path(self) -> str:
        """The path as it was asked for."""
        return str(self.event["requestContext"]["http"]["path"])

    @cached_property
    def logged_path(self) -> str:
        """The path for logs and the audit trail: without the API keys that somebody put there."""
        plain = unquote(self.path)
        return FORM.sub(f"{MARK}...", plain) if FORM.search(plain) else self.path

    @cached_property
    def request_id(self) -> str:
        """The caller's own id where it is a plain one, else a new one."""
        sent = self.headers.get("x-request-id", "")
        return sent if _REQUEST_ID.fullmatch(sent) else new_id()

    @property
    def trace_parent(self) -> str:
        """The caller's trace context (W3C), or ""."""
        sent = self.headers.get("traceparent", "")
        return sent if _TRACE_PARENT.fullmatch(sent) else ""

    @property
    def studio(self) -> bool:
        """Whether the path belongs to the Studio edition."""
        return self.path.startswith("/api/v1/")

    @cached_property
    def body(self) -> bytes:
        """The raw body; 413 when it is larger than 1 MiB."""
        body = self.event.get("body") or ""
        if len(body) > MAX_BODY * 4 // 3 + 4:
            raise PayloadTooLargeError(f"The body is larger than {MAX_BODY} bytes")
        raw = _decoded(body) if self.event.get("isBase64Encoded") else body.encode("utf-8", "surrogatepass")
        if len(raw) > MAX_BODY:
            raise PayloadTooLargeError(f"The body is larger than {MAX_BODY} bytes")
        return raw

    @cached_property
    def address(self) -> str:
        """The client's address; an IPv6 one as its /64, or as the IPv4 one in it: one customer is one address."""
        if self.through_edge:
            return _counted(self.headers.get("x-viewer-address", ""))
        return _counted(str(self.event["requestContext"]["http"].get("sourceIp", "")))

    @property
    def host(self) -> str:
        """The host that the client asked: the edge's own where there is one."""
        return self.headers.get("x-viewer-host" if self.through_edge else "host", "")

    @cached_property
    def through_edge(self) -> bool:
        """Whether it came through the edge, which proves itself. What the edge tells counts then, and never else."""
        digests = setting("ORIGIN_DIGESTS", "")
        return bool(digests) and origin.is_shown(self.headers.get("x-origin-secret", ""), digests)

    @property
    def past_edge(self) -> bool:
        """Whether it went past the edge of a stage that has one."""
        return bool(setting("ORIGIN_DIGESTS", "")) and not self.through_edge

    def check_json(self) -> None:
        """Refuse JSON that others would read differently: NaN, 1e999, half surrogates, a member twice, deep nesting."""
        if not self.body or "json" not in self.headers.get("content-type", "application/json").lower():
            return
        try:
            text = self.body.decode("utf-8")
            value = json.loads(
                text, parse_constant=_no_constant, parse_float=_finite, parse_int=_bounded, object_pairs_hook=_unique
            )
        except (ValueError, RecursionError) as error:
            raise BadRequestError(f"The body is not valid JSON: {_reason(error)}") from None
        if text.count("[") + text.count("{") > MAX_DEPTH and _depth(value) > MAX_DEPTH:
            raise BadRequestError(f"The body is not valid JSON: {_TOO_DEEP}")
        if _SURROGATE.search(text):
            _check_surrogates(value)


def _decoded(body: str) -> bytes:
    try:
        return base64.b64decode(body, validate=True)
    except binascii.Error:
        raise BadRequestError("The body is not valid base64") from None


class _FaultError(ValueError):
    """JSON that is well-formed and means nothing definite; its text says why."""


def _reason(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg} at line {error.lineno}, column {error.colno}"
    if isinstance(error, RecursionError):
        return _TOO_DEEP
    return str(error) if isinstance(error, _FaultError) else "it holds bytes that are not UTF-8"


def _no_constant(name: str) -> float:
    raise _FaultError(f"{name} is no number")


def _finite(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise _FaultError("it holds a number out of range")
    return value


def _bounded(digits: str) -> int:
    if len(digits) > MAX_DIGITS:
        raise _FaultError("it holds a number out of range")
    return int(digits)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _FaultError("it names a member twice")
    return found


def _depth(value: Any) -> int:
    depth, level = 0, [value]
    while level:
        depth += 1
        level = [inner for outer in level for inner in _inside(outer)]
    return depth


def _inside(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()  # type: ignore[no-any-return]
    return value if isinstance(value, list) else ()


def _check_surrogates(value: Any) -> None:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise BadRequestError("The body is not valid JSON: it holds half of a surrogate pair") from None


@functools.lru_cache(maxsize=1000)
def _counted(address: str) -> str:
    try:
        parsed = ipaddress.ip_address(address.strip("[]"))
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv6Address) and not parsed.ipv4_mapped:
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(getattr(parsed, "ipv4_mapped", None) or parsed)
