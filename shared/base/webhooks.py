"""The proof of who sent a webhook. Source: the Standard Webhooks specification, v1."""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping

from shared.base.errors import BadSignatureError

TOLERANCE = 300
"""Seconds that a webhook's time may lie before or after ours."""

_PREFIX = "whsec_"
_ID = re.compile(r"[\x21-\x7e]{1,200}")


def verify(secrets: str, headers: Mapping[str, str], body: bytes, now: float, *, brand: str = "webhook") -> str:
    """The id of a webhook whose signature holds; BadSignatureError for any other.

    secrets  keys in base64, with or without the prefix `whsec_`; two with a blank between while one replaces another
    headers  by lower-case name; `now` in epoch seconds
    brand    how the names of the three headers begin: Svix has its own
    """
    identifier, sent_at = headers.get(f"{brand}-id", ""), headers.get(f"{brand}-timestamp", "")
    if not _ID.fullmatch(identifier) or not (sent_at.isascii() and sent_at.isdigit() and len(sent_at) <= 12):
        raise BadSignatureError(f"Send {brand}-id, {brand}-timestamp and {brand}-signature")
    if abs(now - int(sent_at)) > TOLERANCE:
        raise BadSignatureError(f"{brand}-timestamp is more than {TOLERANCE} seconds away from our time")
    good = [sign(secret, identifier, sent_at, body).encode() for secret in secrets.split()]
    found = [signature.encode() for signature in headers.get(f"{brand}-signature", "").split(" ")[:10]]
    if not any(hmac.compare_digest(mine, theirs) for mine in good for theirs in found):
        raise BadSignatureError(f"{brand}-signature does not match")
    return identifier


def sign(secret: str, identifier: str, sent_at: str, body: bytes) -> str:
    """The signature `v1,<base64>` over id, time and raw body. ValueError for a secret that is not base64."""
    message = f"{identifier}.{sent_at}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(_key(secret), message, hashlib.sha256).digest()).decode()


def _key(secret: str) -> bytes:
    try:
        return base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except binascii.Error as error:
        raise ValueError("the secret of the webhook is not base64") from error
