"""Amazon SES: who may send as whom."""

from __future__ import annotations

import functools
import json
from typing import Any

from infra.local.differences import correction
from infra.local.emulator import account, app, iam_actions, region, ses


def _identity(body: bytes) -> str:
    address = str(json.loads(body or b"{}").get("FromEmailAddress", ""))
    name = address if address in ses._identities else address.rpartition("@")[2]
    return f"arn:aws:ses:{region()}:{account()}:identity/{name}"


@correction(
    title="Grants on senders of mail",
    aws="The identity that the sender belongs to: the address where it is verified, else its domain.",
    emulator="Always on `*`, so that a scoped grant is refused.",
    names=("core.iam_actions: extract_resource_arn", "services.ses: _identities"),
)
def scope_senders() -> None:
    stock = iam_actions.extract_resource_arn

    @functools.wraps(stock)
    def extract(service: str, method: str, path: str, headers: Any, body: bytes, *rest: Any) -> str:
        if service == "ses" and path.endswith("/outbound-emails"):
            return _identity(body)
        return str(stock(service, method, path, headers, body, *rest))

    iam_actions.extract_resource_arn = extract
    if hasattr(app, "extract_resource_arn"):
        app.extract_resource_arn = extract
