"""Secrets that went through this process, and all that it wrote meanwhile: whether the one holds any of the other."""

import json
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from io import StringIO
from typing import Any
from urllib.parse import parse_qsl

ASKED = re.compile(r"password|token|secret|code|verifier|signature|recovery|csrf|credential|^state$|_?key$|^pin$")
"""Names of fields of requests that hold what nobody else may know."""
TOLD = re.compile(r"password|token(?!_type)|secret|verifier|signature|recovery|csrf|otpauth|credential|^state$|_?key$")
"""The same of answers, where a code is one of an error or a warning."""
HEADERS = re.compile(r"^(authorization|cookie|x-api-key|x-csrf-token|x-origin-secret|.*-signature)$")
PRIVATE = ("d", "p", "q", "dp", "dq", "qi")
"""Members of a private key (RFC 7518 6.3.2); the others are public."""

_PRESIGNED = re.compile(r"X-Amz-Signature=([0-9a-f]{64})")
_IN_ADDRESS = re.compile(r"[?&](?:token|state|code|secret)=([^&\s\"]+)")
_SHORT = 8
"""Shorter ones, such as codes of six digits, count when they stand alone."""
_NOT_OURS = ("moto", "responses", "werkzeug", "httpx", "httpcore")
"""What stands for AWS and for browsers in this process."""


@dataclass
class Canaries:
    """Secrets by what they are; `fields` are (operation, field) of those that a field of a body or a query held."""

    found: dict[str, str] = field(default_factory=dict)
    fields: set[tuple[str, str]] = field(default_factory=set)
    presigned: set[str] = field(default_factory=set)
    """Operations whose answers held presigned addresses."""

    def add(self, secret: str, what: str) -> None:
        """One more; "" is none."""
        if secret:
            self.found.setdefault(secret, what)

    def add_request(self, operation: str, headers: dict[str, str], query: str, body: Any) -> None:
        """What a request shows. A body that is text is taken for JSON if it is."""
        for name, value in headers.items():
            if HEADERS.search(name):
                self.add(value.partition(" ")[2] or value, f"{name} of {operation}")
        self._walk(operation, ASKED, dict(parse_qsl(query)))
        self._walk(operation, ASKED, _parsed(body))

    def add_answer(self, operation: str, text: str) -> None:
        """What an answer tells."""
        self._walk(operation, TOLD, _parsed(text))
        for signature in _PRESIGNED.findall(text):
            self.presigned.add(operation)
            self.add(signature, f"presigned address of {operation}")
        for value in _IN_ADDRESS.findall(text):
            self.add(value, f"address of {operation}")

    def add_stored(self, text: str, what: str) -> None:
        """A secret of the stage: as it is, or the members of the JSON that it is."""
        told = _parsed(text)
        if isinstance(told, dict):
            for path, value in _leaves(told):
                if len(path) == 1 or path[-1] in PRIVATE:
                    self.add(value, f"{path[-1]} of {what}")
        else:
            self.add(text, what)

    def _walk(self, operation: str, names: re.Pattern[str], told: Any) -> None:
        for path, value in _leaves(told):
            name = next((one for one in reversed(path) if not one.isdigit()), "")
            if any(names.search(one) for one in path):
                self.fields.add((operation, name))
                self.add(value, f"{name} of {operation}")

    def leaks(self, written: str) -> list[str]:
        """What the text has that it must not have."""
        return sorted({what for secret, what in self.found.items() if _holds(written, secret)})


def _holds(written: str, secret: str) -> bool:
    if secret not in written and json.dumps(secret)[1:-1] not in written:
        return False
    return len(secret) >= _SHORT or bool(re.search(rf"(?<![\w.]){re.escape(secret)}(?![\w.])", written))


def _parsed(body: Any) -> Any:
    if not isinstance(body, str):
        return body
    try:
        return json.loads(body)
    except ValueError:
        return None


def _leaves(told: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    """Each text in JSON with the names that lead to it."""
    if isinstance(told, dict):
        for name, value in told.items():
            yield from _leaves(value, (*path, str(name)))
    elif isinstance(told, list):
        for number, value in enumerate(told):
            yield from _leaves(value, (*path, str(number)))
    elif isinstance(told, str):
        yield path, told


@contextmanager
def everything_written() -> Iterator[StringIO]:
    """What this process prints and logs, down to DEBUG, but for what plays AWS in it."""
    text = StringIO()
    handler, root = logging.StreamHandler(text), logging.getLogger()
    handler.addFilter(lambda record: not record.name.startswith(_NOT_OURS))
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        with redirect_stdout(text), redirect_stderr(text):
            yield text
    finally:
        root.setLevel(before)
        root.removeHandler(handler)


def sensitive_fields(document: dict[str, Any]) -> set[tuple[str, str]]:
    """(operation, field) of all that the OpenAPI document has of requests and good answers, by their names."""
    found = set()
    for operation in (one for item in document["paths"].values() for one in item.values()):
        name = operation["operationId"].partition("_alias")[0]
        asked = [content["schema"] for content in operation.get("requestBody", {}).get("content", {}).values()]
        told = [
            content.get("schema", {})
            for status, answer in operation["responses"].items()
            for content in answer.get("content", {}).values()
            if status.startswith("2")
        ]
        queries = [one["name"] for one in operation.get("parameters", []) if one["in"] == "query"]
        found |= {(name, one) for one in queries if ASKED.search(one)}
        for schemas, names in ((asked, ASKED), (told, TOLD)):
            members = {one for schema in schemas for one in _members(document, schema, ())}
            found |= {(name, one) for one in members if names.search(one)}
    return found


def _members(document: dict[str, Any], schema: Any, seen: tuple[str, ...]) -> Iterator[str]:
    """Names of members that hold text somewhere in what a schema describes."""
    if isinstance(schema, dict) and (reference := str(schema.get("$ref", ""))):
        name = reference.rpartition("/")[2]
        if name not in seen:
            yield from _members(document, document["components"]["schemas"][name], (*seen, name))
        return
    if not isinstance(schema, dict):
        return
    parts = [one for kind in ("anyOf", "oneOf", "allOf") for one in schema.get(kind, [])]
    for part in (*parts, schema.get("items"), schema.get("additionalProperties")):
        yield from _members(document, part, seen)
    for name, inner in schema.get("properties", {}).items():
        if _is_text(inner):
            yield name
        yield from _members(document, inner, seen)


def _is_text(schema: dict[str, Any]) -> bool:
    kinds = [schema, schema.get("items", {}), *schema.get("anyOf", [])]
    return any(kind.get("type") == "string" or kind.get("items", {}).get("type") == "string" for kind in kinds)
