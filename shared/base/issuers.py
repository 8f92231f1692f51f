"""What an issuer of tokens that the stage trusts publishes. Its address is a setting, so only the answer is guarded."""

import http.client
import json
import time
from typing import Any
from urllib.parse import urlsplit

from shared.base import logs
from shared.base.errors import UnavailableError

CONNECT_SECONDS = 2
TOTAL_SECONDS = 4
MAX_BYTES = 64 * 1024
MOST_KEYS = 20

_PATH = "/.well-known/jwks.json"


def published_keys(issuer: str) -> list[dict[str, Any]]:
    """The JWKs of an issuer, such as https://clerk.example.com. UnavailableError for whatever keeps it from answering.

    A redirect is not followed: nobody but the issuer says what its keys are.
    """
    try:
        found = json.loads(_get(issuer.rstrip("/")))
        keys: list[dict[str, Any]] = [dict(jwk) for jwk in found["keys"][:MOST_KEYS]]
    except (OSError, http.client.HTTPException, ValueError, TypeError, KeyError) as error:
        logs.log_exception("the keys of the issuer cannot be read", error, issuer=issuer)
        raise UnavailableError("The keys that prove who is calling cannot be read at the moment") from error
    return keys


def _get(issuer: str) -> bytes:
    ends = time.monotonic() + TOTAL_SECONDS
    where = urlsplit(issuer)
    kind = http.client.HTTPSConnection if where.scheme == "https" else http.client.HTTPConnection
    connection = kind(where.hostname or "", where.port, timeout=CONNECT_SECONDS)
    try:
        connection.request("GET", where.path + _PATH, headers={"accept": "application/json"})
        answer = connection.getresponse()
        if answer.status != 200:
            raise ValueError(f"status {answer.status}")
        return _read(answer, ends)
    finally:
        connection.close()


def _read(answer: http.client.HTTPResponse, ends: float) -> bytes:
    body = b""
    while piece := answer.read1(MAX_BYTES):
        body += piece
        if len(body) > MAX_BYTES:
            raise ValueError("too large")
        if time.monotonic() > ends:
            raise TimeoutError("too slow")
    return body
