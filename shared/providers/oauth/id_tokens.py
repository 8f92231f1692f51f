"""ID tokens of OpenID Connect: RS256 by a key of the issuer, for our client, for one login."""

import hmac
from typing import Any

from shared.base import clock
from shared.base.issuers import published_keys
from shared.base.key_sets import KeySet
from shared.providers.oauth.port import Person, RefusedError

LEEWAY = 60
MOST_TEXT = 1000
MOST_SUBJECT = 255

_PAUSE = 5
"""Seconds between two questions to an issuer that does not answer, while no key is known."""
_REQUIRED = ("iss", "aud", "sub", "iat", "exp", "nonce")

_key_sets: dict[str, KeySet] = {}
"""By the address that publishes them."""


def forget() -> None:
    """Know no keys (tests)."""
    _key_sets.clear()


def verify(token: str, *, keys_at: str, issuers: list[str], client_id: str, nonce: str) -> Person:
    """Who an ID token speaks of. RefusedError for one that proves nothing; UnavailableError without any keys."""
    import jwt

    keys = _key_sets.setdefault(keys_at, KeySet(lambda: published_keys(keys_at), pause=_PAUSE))
    try:
        header = jwt.get_unverified_header(token)
        payload = jwt.decode(
            token,
            key=keys.key(header["kid"]),
            algorithms=["RS256"],
            issuer=issuers,
            audience=client_id,
            options={"require": list(_REQUIRED), "verify_exp": False, "verify_iat": False},  # by our clock, below
        )
        _check(payload, client_id, nonce)
        return _person(payload)
    except (jwt.PyJWTError, ValueError, TypeError, KeyError, RecursionError) as error:
        raise RefusedError(f"the ID token proves nothing: {error!r}") from error


def _check(payload: dict[str, Any], client_id: str, nonce: str) -> None:
    if payload["aud"] not in (client_id, [client_id]) or payload.get("azp", client_id) != client_id:
        raise ValueError("aud, azp")
    if not isinstance(payload["nonce"], str) or not hmac.compare_digest(payload["nonce"].encode(), nonce.encode()):
        raise ValueError("nonce")
    issued, expires, now = payload["iat"], payload["exp"], clock.now()
    if type(issued) is not int or type(expires) is not int or not issued - LEEWAY <= now < expires + LEEWAY:
        raise ValueError("iat, exp")


def _person(payload: dict[str, Any]) -> Person:
    subject = payload["sub"]
    if not isinstance(subject, str) or not 0 < len(subject) <= MOST_SUBJECT or not subject.isascii():
        raise ValueError("sub")
    return Person(
        subject=subject,
        email=_text(payload, "email"),
        email_verified=payload.get("email_verified") is True,
        name=_text(payload, "name"),
        picture=_text(payload, "picture"),
    )


def _text(payload: dict[str, Any], name: str) -> str:
    value = payload.get(name) or ""
    if not isinstance(value, str):
        raise TypeError(name)
    return value[:MOST_TEXT]
