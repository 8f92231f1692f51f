"""Amazon Transcribe: who may start and see which jobs."""

from __future__ import annotations

import functools
import json
from typing import Any

from infra.local.differences import correction
from infra.local.emulator import account, app, iam_actions, region

_CONDITIONS = {"OutputBucketName": "transcribe:OutputBucketName", "OutputKey": "transcribe:OutputKey"}


def _job(body: bytes) -> str:
    name = json.loads(body or b"{}").get("TranscriptionJobName", "")
    return f"arn:aws:transcribe:{region()}:{account()}:transcription-job/{name}" if name else "*"


@correction(
    title="Grants on transcription jobs",
    aws="A job that exists is the resource; starting one names none, and has the conditions of where it writes.",
    emulator="Always on `*` and without conditions, so that a scoped grant is refused.",
    names=("core.iam_actions: extract_resource_arn request_tag_context",),
)
def scope_transcriptions() -> None:
    resource_of, context_of = iam_actions.extract_resource_arn, iam_actions.request_tag_context

    @functools.wraps(resource_of)
    def resource(service: str, method: str, path: str, headers: Any, body: bytes, *rest: Any) -> str:
        is_start = headers.get("x-amz-target", "").endswith(".StartTranscriptionJob")
        if service == "transcribe" and not is_start:
            return _job(body)
        return str(resource_of(service, method, path, headers, body, *rest))

    @functools.wraps(context_of)
    def context(service: str, action: str, body: bytes, *rest: Any) -> dict[str, Any]:
        found: dict[str, Any] = context_of(service, action, body, *rest)
        if action != "transcribe:StartTranscriptionJob":
            return found
        told = json.loads(body or b"{}")
        return found | {key: told[name] for name, key in _CONDITIONS.items() if name in told}

    iam_actions.extract_resource_arn = resource
    iam_actions.request_tag_context = context
    if hasattr(app, "extract_resource_arn"):
        app.extract_resource_arn = resource
