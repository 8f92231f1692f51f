"""Which role asked for what: `recorded_calls.jsonl`, a line for each distinct (role, action, resource, allowed)."""

from __future__ import annotations

import functools
import json
import logging
import threading
from pathlib import Path
from typing import Any

from infra.local import runtime
from infra.local.differences import correction
from infra.local.emulator import iam_evaluator, sts

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
            recorder.note(role, action, resource_arn, allowed=answer is None)
        return answer

    iam_evaluator.enforce = recorded
