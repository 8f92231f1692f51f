"""Which role asked for what, and how large requests get.

`recorded_calls.jsonl` has a line for each distinct (role, action, resource, allowed); the resource of a list ends with
`?prefix=` and the prefix. `recorded_requests.jsonl` has a line whenever an operation's request was larger than before.
"""

from __future__ import annotations

import functools
import json
import logging
import threading
from pathlib import Path
from typing import Any

from infra.local import runtime
from infra.local.differences import correction
from infra.local.emulator import app, iam_evaluator, sts

LISTS = ("s3:ListBucket", "s3:ListBucketVersions")

_LOG = logging.getLogger("local")


class Recorder:
    """Notes each distinct call once and appends it to a file."""

    def __init__(self, path: Path) -> None:
        self._path, self._lock = path, threading.Lock()
        lines = path.read_text().splitlines() if path.exists() else []
        self._seen = {tuple(json.loads(line).values()) for line in lines}

    def note(self, role: str, action: str, resource: str, *, allowed: bool) -> None:
        entry = (role, action, resource, allowed)
        with self._lock:
            if entry in self._seen:
                return
            self._seen.add(entry)
            line = {"role": role, "action": action, "resource": resource, "allowed": allowed}
            with self._path.open("a") as file:
                file.write(json.dumps(line) + "\n")
        if not allowed:
            _LOG.warning("role %s is not allowed %s on %s (declare it as a need)", role, action, resource)


def _role_of(access_key: str) -> str | None:
    arn = str((sts._sessions.get(access_key) or {}).get("Arn", ""))
    return arn.split("/")[1] if ":assumed-role/" in arn else None


def _listed(action: str, rest: dict[str, Any]) -> str:
    """What tells one list of a bucket from another: the prefix."""
    if action not in LISTS:
        return ""
    return f"?prefix={(rest.get('service_context') or {}).get('s3:prefix', '')}"


@correction(
    title="Record of what roles use",
    aws="CloudTrail.",
    emulator="None; each authorised or denied call is noted, so that tests compare it with the grants.",
    names=(
        "core.iam_evaluator: enforce",
        "services.sts: _sessions",
    ),
)
def record_calls() -> None:
    recorder = Recorder(Path(runtime.settings().folder) / "recorded_calls.jsonl")
    enforce = iam_evaluator.enforce

    @functools.wraps(enforce)
    def recorded(access_key: str, action: str, service: str, region: str, resource_arn: str = "*", **rest: Any) -> Any:
        answer = enforce(access_key, action, service, region, resource_arn=resource_arn, **rest)
        role = _role_of(access_key or "")
        if role and not isinstance(answer, iam_evaluator.AuthError):
            recorder.note(role, action, resource_arn + _listed(action, rest), allowed=answer is None)
        return answer

    iam_evaluator.enforce = recorded


class Sizes:
    """The largest requests of each operation."""

    def __init__(self, path: Path) -> None:
        self._path, self._largest = path, dict[str, tuple[int, ...]]()

    def note(self, operation: str, body: bytes) -> None:
        """Bytes of the request; how many items it writes, the bytes of the largest; the name that it gives."""
        data = json.loads(body or b"{}")
        items = [json.dumps(item) for item in _written(data)]
        name = str(data.get("name") or data.get("jobName") or "")
        sizes = (len(body), len(items), max((len(item.encode()) for item in items), default=0), len(name))
        before = self._largest.get(operation, (0,) * len(sizes))
        if any(size > known for size, known in zip(sizes, before, strict=True)):
            self._largest[operation] = tuple(map(max, sizes, before))
            line = {"operation": operation, "bytes": sizes[0], "items": sizes[1], "largest": sizes[2], "name": name}
            with self._path.open("a") as file:
                file.write(json.dumps(line) + "\n")


def _written(data: dict[str, Any]) -> list[Any]:
    if "TransactItems" in data:
        return list(data["TransactItems"])
    requests = [
        request for table in data.get("RequestItems", {}).values() if isinstance(table, list) for request in table
    ]
    return requests or ([data["Item"]] if "Item" in data else [])


@correction(
    title="Sizes of requests",
    aws="Limits of items, transactions, names and payloads hold.",
    emulator="Some do; the largest requests are noted, so that tests hold them against the limits.",
    names=("app: SERVICE_HANDLERS[dynamodb] SERVICE_HANDLERS[states]",),
)
def record_sizes() -> None:
    sizes = Sizes(Path(runtime.settings().folder) / "recorded_requests.jsonl")

    def noting(service: str, handler: Any) -> Any:
        async def noted(method: str, path: str, headers: dict[str, str], body: bytes, query: Any) -> Any:
            if target := headers.get("x-amz-target", ""):
                sizes.note(f"{service}:{target.rpartition('.')[2]}", body)
            return await handler(method, path, headers, body, query)

        return noted

    for service in ("dynamodb", "states"):
        app.SERVICE_HANDLERS[service] = noting(service, app.SERVICE_HANDLERS[service])
