"""Idempotency-Key on endpoints that create or spend."""

import hashlib
from collections.abc import Callable
from typing import Any

from shared.base import idempotency
from shared.base.errors import BadRequestError
from shared.contract.declare import Endpoint
from shared.http.caller import Caller
from shared.http.envelope import Answer
from shared.http.request import ApiRequest

HEADER = "idempotency-key"
MAX_KEY = 255
_NOT_KEPT = {400, 401, 422, 429}
"""Validation failures and refusals that pass with time; nor is any 5xx kept."""


def once(
    name: str, endpoint: Endpoint, request: ApiRequest, caller: Caller, seconds: float, run: Callable[[], Answer]
) -> Answer:
    """The answer of `run`, or the one that was kept for this key; without a key, `run` runs.

    name     the endpoint's function name: with the caller it is the scope of a key
    seconds  that the function has left
    """
    sent = request.headers.get(HEADER)
    if sent is None or not endpoint.idempotent:
        return run()
    if not 0 < len(sent) <= MAX_KEY or not (sent.isascii() and sent.isprintable()):
        raise BadRequestError(f"Idempotency-Key must have 1 to {MAX_KEY} visible characters")
    claimed = idempotency.claim(f"{caller.subject}#{name}#{sent}", _fingerprint(request), seconds)
    if not isinstance(claimed, idempotency.Claim):
        return {**claimed, "headers": {**claimed["headers"], "idempotent-replayed": "true"}}
    try:
        answer = run()
    except BaseException:
        idempotency.release(claimed)
        raise
    if answer["statusCode"] >= 500 or answer["statusCode"] in _NOT_KEPT:
        idempotency.release(claimed)
    else:
        idempotency.keep(claimed, None if endpoint.secret_answer else _kept(answer))
    return answer


def _fingerprint(request: ApiRequest) -> str:
    """Tells requests of one endpoint apart: path parameters, query and body."""
    parameters = sorted((request.event.get("pathParameters") or {}).items())
    digest = hashlib.sha256(repr((parameters, request.event.get("rawQueryString") or "")).encode())
    digest.update(request.body)
    return digest.hexdigest()


def _kept(answer: Answer) -> dict[str, Any]:
    return {name: answer[name] for name in ("statusCode", "headers", "body", "isBase64Encoded") if name in answer}
