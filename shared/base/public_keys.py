"""The public keys of our tokens, as a verifier keeps them: 5 minutes, and asked for again for an unknown id."""

import json
import re
from dataclasses import dataclass, field
from typing import Any

from shared.base import aws, clock
from shared.base.errors import UnavailableError
from shared.base.signing_keys import PUBLIC_VARIABLE

KEYS_SECONDS = 300
UNKNOWN_KEY_SECONDS = 60
"""At most one read in so many seconds, however many unknown ids arrive, and while the parameter cannot be read."""

_KEY_ID = re.compile(r"[A-Za-z0-9_-]{43}")


@dataclass
class _Known:
    """Key objects by id; when they were last read, and last asked for (epoch seconds)."""

    keys: dict[str, Any] = field(default_factory=dict)
    read_at: float = 0.0
    asked_at: float = 0.0


_known = _Known()


def forget() -> None:
    """Know nothing again."""
    _known.keys.clear()
    _known.read_at = _known.asked_at = 0.0


def published() -> list[dict[str, str]]:
    """The public keys as JWKs, at most 5 minutes old."""
    keys: list[dict[str, str]] = json.loads(aws.parameter(PUBLIC_VARIABLE))["keys"]
    return keys


def public_key(kid: object) -> Any:
    """The key of that id. KeyError when there is none, ValueError when it cannot be an id of ours."""
    if not isinstance(kid, str) or not _KEY_ID.fullmatch(kid):
        raise ValueError("kid")
    keys = public_keys()
    if kid not in keys and clock.now() - _known.asked_at >= UNKNOWN_KEY_SECONDS:
        keys = _read()
    return keys[kid]


def public_keys() -> dict[str, Any]:
    """The keys by id, at most 5 minutes old; when they cannot be read, those known before serve on."""
    now = clock.now()
    if now - _known.read_at < KEYS_SECONDS or (_known.keys and now - _known.asked_at < UNKNOWN_KEY_SECONDS):
        return _known.keys
    return _read()


def _read() -> dict[str, Any]:
    from jwt.algorithms import RSAAlgorithm

    _known.asked_at = clock.now()
    try:
        published = json.loads(aws.parameter(PUBLIC_VARIABLE, again=True))["keys"]
    except UnavailableError:
        if not _known.keys:
            raise
        return _known.keys
    _known.keys = {jwk["kid"]: RSAAlgorithm.from_jwk(jwk) for jwk in published}
    _known.read_at = _known.asked_at
    return _known.keys
