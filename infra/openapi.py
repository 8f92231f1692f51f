"""Writes docs/openapi.json and docs/endpoints.md from the declarations; with --check says whether they are fresh."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from infra.parts.discovery import ROOT, Room, endpoints
from shared.base.errors import (
    AppError,
    BadRequestError,
    ConflictError,
    ForbiddenError,
    IdempotencyMismatchError,
    InvalidInputError,
    InvalidTokenError,
    NotFoundError,
    PayloadTooLargeError,
    RateLimitedError,
    UnauthorizedError,
    UnavailableError,
)
from shared.contract.declare import ANY_ROUTE, Endpoint
from shared.contract.derived import needs_of
from shared.contract.permissions import Identity
from shared.contract.resources import LIMITS
from shared.domains.operations.errors import MaintenanceError
from shared.http.replay import MAX_KEY
from shared.http.serve import build_application

TITLE, VERSION = "Showreel", "1"
ABOUT = (
    "Uploads of videos, their processing into streams, and all around it. Paths below /api/v1 are the Studio edition, "
    "the others the Watch edition. Every error has one form, see Error; who accepts application/problem+json gets "
    "RFC 9457."
)
ERROR_TYPES = ("application/json", "application/problem+json")

_BEARER = {"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": "An access token of ours"}
_API_KEY = {"type": "apiKey", "in": "header", "name": "X-API-Key", "description": "An API key with the scope"}
_SECURITY: dict[Identity, list[dict[str, list[str]]]] = {
    Identity.OPTIONAL: [{}, {"bearer": []}, {"apiKey": []}],
    Identity.USER: [{"bearer": []}, {"apiKey": []}],
    Identity.ADMIN: [{"bearer": []}],
    Identity.SERVICE: [{"bearer": []}],
}
_BY_HAND: list[dict[str, list[str]]] = [{"bearer": []}]

_ERROR = {
    "title": "Error",
    "type": "object",
    "required": ["success", "error"],
    "properties": {
        "success": {"type": "boolean", "const": False},
        "error": {
            "type": "object",
            "required": ["code", "message", "details", "field_errors", "request_id", "timestamp"],
            "properties": {
                "code": {"type": "string", "description": "For programs; the table is in docs/errors.md"},
                "message": {"type": "string", "description": "For people"},
                "details": {"type": "array", "items": {}},
                "field_errors": {
                    "type": "object",
                    "additionalProperties": {"type": "array", "items": {"type": "string"}},
                },
                "request_id": {"type": "string"},
                "timestamp": {"type": "string", "format": "date-time"},
                "retry_after": {"type": "integer", "description": "Seconds until it is worth another try"},
            },
        },
    },
}
_PROBLEM = {
    "title": "Problem",
    "type": "object",
    "description": "RFC 9457, with the members of Error besides",
    "required": ["type", "title", "status", "detail", *_ERROR["properties"]["error"]["required"]],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        **_ERROR["properties"]["error"]["properties"],
    },
}
_SCHEMA_OF = {"application/json": "Error", "application/problem+json": "Problem"}


def document() -> dict[str, Any]:
    """The OpenAPI document (3.1) of all endpoints."""
    served = [(room, endpoint) for room, endpoint in endpoints() if endpoint.path != ANY_ROUTE]
    pairs = [(room.function, endpoint) for room, endpoint in served]
    made = build_application(pairs, title=TITLE, version=VERSION, description=ABOUT).openapi()
    for room, endpoint in served:
        for method, path in endpoint.routes:
            _complete(made["paths"][path][method.lower()], room, endpoint, path)
    made["paths"] = dict(sorted(made["paths"].items()))
    schemas = made.setdefault("components", {}).setdefault("schemas", {})
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    made["components"] = {
        "schemas": dict(sorted({**schemas, "Error": _ERROR, "Problem": _PROBLEM}.items())),
        "securitySchemes": {"apiKey": _API_KEY, "bearer": _BEARER},
    }
    return made


def _complete(operation: dict[str, Any], room: Room, endpoint: Endpoint, path: str) -> None:
    operation["tags"] = [room.group]
    operation.pop("summary", None)
    if security := _SECURITY.get(endpoint.caller.identity):
        operation["security"] = security if endpoint.caller.takes_keys else _BY_HAND
    if endpoint.idempotent:
        schema = {"type": "string", "minLength": 1, "maxLength": MAX_KEY}
        key = {"name": "Idempotency-Key", "in": "header", "required": False, "schema": schema}
        operation.setdefault("parameters", []).append(key)
    responses = {status: one for status, one in operation["responses"].items() if "HTTPValidationError" not in str(one)}
    for status, codes in _errors(operation, endpoint, path).items():
        responses.setdefault(str(status), _error_response(codes))
    if endpoint.method == "GET" and endpoint.shared_age:
        responses["304"] = {"description": "The caller has this answer: its ETag is in If-None-Match"}
    operation["responses"] = dict(sorted(responses.items()))


def _error_response(codes: list[str]) -> dict[str, Any]:
    content = {kind: {"schema": {"$ref": f"#/components/schemas/{_SCHEMA_OF[kind]}"}} for kind in ERROR_TYPES}
    return {"description": ", ".join(codes), "content": content}


def _errors(operation: dict[str, Any], endpoint: Endpoint, path: str) -> dict[int, list[str]]:
    """Status -> codes: what the endpoint declares and what follows from its declaration, in the path's edition."""
    studio = path.startswith("/api/v1/")
    found: dict[int, list[str]] = {}
    follow = [
        (
            error.studio_status if studio and error.studio_status else error.status,
            error.studio_code if studio else error.code,
        )
        for error in (*_of_caller(endpoint), *_of_input(operation, endpoint, path), *_of_guards(endpoint), AppError)
    ]
    for status, code in (*endpoint.errors, *follow):
        if code not in found.setdefault(status, []):
            found[status].append(code)
    return found


def _of_caller(endpoint: Endpoint) -> Iterator[type[AppError]]:
    identity = endpoint.caller.identity
    if identity in _SECURITY:
        yield InvalidTokenError
    if identity in (Identity.USER, Identity.ADMIN, Identity.SERVICE):
        yield UnauthorizedError
    rule = endpoint.caller
    if rule.permission or rule.by_hand or identity is Identity.ADMIN or endpoint.method != "GET":
        yield ForbiddenError


def _of_input(operation: dict[str, Any], endpoint: Endpoint, path: str) -> Iterator[type[AppError]]:
    if "{" in path:
        yield NotFoundError
    if endpoint.method != "GET":  # a body is checked wherever one may be sent
        yield from (BadRequestError, PayloadTooLargeError)
    if "requestBody" in operation or operation.get("parameters"):
        yield InvalidInputError


def _of_guards(endpoint: Endpoint) -> Iterator[type[AppError]]:
    if endpoint.limits or endpoint.general:
        yield RateLimitedError
    if endpoint.limits or any(need.resource != LIMITS for need in needs_of(endpoint)):
        yield UnavailableError  # general limits that cannot be counted refuse nobody
    if endpoint.closes:
        yield MaintenanceError
    if endpoint.idempotent:
        yield from (BadRequestError, ConflictError, IdempotencyMismatchError)


def table() -> str:
    """docs/endpoints.md: every route with its file, who may call it, its limits and what it may do in AWS."""
    lines = [
        "# Endpoints",
        "",
        "Made by `make openapi` from the declarations. `fresh` reads the session at each request, with `joined` in the",
        "first transaction that the request makes. `by hand` takes no API key. Limits stand by the names of their",
        "buckets; where it says `general`, the ones for all callers hold too. The actions are all that the function's",
        "role grants, besides writing its log.",
        "",
        "| method | path | file | caller | limits | actions |",
        "|---|---|---|---|---|---|",
    ]
    rows = sorted(
        (path, method, room.file, room, endpoint) for room, endpoint in endpoints() for method, path in endpoint.routes
    )
    for path, method, file, _, endpoint in rows:
        cells = (method, f"`{path}`", f"`{file}`", _caller(endpoint), _limits(endpoint), _actions(endpoint))
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _caller(endpoint: Endpoint) -> str:
    rule = endpoint.caller
    when = f"fresh{' joined' * rule.joined}" * rule.fresh
    told = (rule.identity, rule.permission and f"`{rule.permission}`", when, "by hand" * rule.by_hand)
    return " ".join(filter(None, told))


def _limits(endpoint: Endpoint) -> str:
    named = [f"{limit.bucket} {limit.amount}/{limit.seconds} s per {limit.subject}" for limit in endpoint.limits]
    return ", ".join([*named, *(["general"] if endpoint.general else [])])


def _actions(endpoint: Endpoint) -> str:
    found = []
    for need in needs_of(endpoint):
        where = "/".join(filter(None, (need.resource.name, need.path)))
        found.append(f"`{need.action}` {where}" + " (a few attributes)" * bool(need.attributes))
    return ", ".join(sorted(found))


def files() -> dict[str, str]:
    """Path from the root -> content of every document that is made here."""
    return {
        "docs/openapi.json": json.dumps(document(), indent=1, ensure_ascii=False) + "\n",
        "docs/endpoints.md": table(),
    }


def stale(root: Path) -> list[str]:
    """The documents below `root` that are not what they would be made to be."""
    return [
        name
        for name, content in files().items()
        if not (root / name).exists() or (root / name).read_text(encoding="utf-8") != content
    ]


def main(arguments: list[str]) -> int:
    """Write the documents, or with --check name those that are stale."""
    if arguments == ["--check"]:
        found = stale(ROOT)
        for name in found:
            print(f"{name} is stale: make openapi")
        return int(bool(found))
    if arguments:
        print("usage: python -m infra.openapi [--check]")
        return 2
    for name, content in files().items():
        (ROOT / name).parent.mkdir(exist_ok=True)
        (ROOT / name).write_text(content, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
