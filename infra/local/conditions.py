"""S3: what a request says that policies have conditions on."""

from __future__ import annotations

import functools
from typing import Any

from infra.local.differences import correction
from infra.local.emulator import iam_actions


@correction(
    title="Policies that ask for conditional writes",
    aws="Whether a write has `If-None-Match` or `If-Match` is there for conditions.",
    emulator="It is not, so that a bucket which refuses other writes refuses all.",
    names=("core.iam_actions: s3_service_context",),
)
def tell_conditional_writes() -> None:
    stock = iam_actions.s3_service_context

    @functools.wraps(stock)
    def context(action: str, query: Any, path: str = "", headers: Any = None) -> dict[str, Any]:
        found: dict[str, Any] = stock(action, query, path, headers)
        told = {f"s3:{name}": (headers or {}).get(name) for name in ("if-none-match", "if-match")}
        return found | {name: value for name, value in told.items() if value and action == "s3:PutObject"}

    iam_actions.s3_service_context = context
