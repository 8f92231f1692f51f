"""KMS: who may make and open data keys for what."""

from __future__ import annotations

import functools
import json
from typing import Any

from infra.local.differences import correction
from infra.local.emulator import iam_actions


@correction(
    title="Grants on data keys",
    aws="The encryption context of a request is there for conditions.",
    emulator="It is not, so that a grant with such a condition is refused.",
    names=("core.iam_actions: request_tag_context",),
)
def tell_encryption_contexts() -> None:
    stock = iam_actions.request_tag_context

    @functools.wraps(stock)
    def context(service: str, action: str, body: bytes, *rest: Any) -> dict[str, Any]:
        found: dict[str, Any] = stock(service, action, body, *rest)
        told = json.loads(body or b"{}").get("EncryptionContext") if service == "kms" else None
        return found | {f"kms:EncryptionContext:{name}": value for name, value in (told or {}).items()}

    iam_actions.request_tag_context = context
