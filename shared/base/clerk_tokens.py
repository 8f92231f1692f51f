"""Session tokens of Clerk, where the stage names its Clerk issuer: RS256 by a key of that issuer, and nothing else.

Clerk's session tokens live a minute. Of a person they say what the instance's session token template has: we read
`email`, `email_verified`, `username`, `name` and `image_url`, and need the first two to make an account.
"""

import base64
import hashlib
import json
from dataclasses import dataclass
from typing import Any

from shared.base import clock
from shared.base.errors import InvalidTokenError
from shared.base.issuers import published_keys
from shared.base.kept import Kept
from shared.base.key_sets import KeySet
from shared.base.settings import setting
from shared.base.tokens import LEEWAY, MAX_LENGTH

_HEADER = {"alg", "typ", "kid", "cat"}
_REQUIRED = ("iss", "sub", "sid", "azp", "iat", "nbf", "exp")
_FARTHEST = 2**40
_KEYS_PATH = "/.well-known/jwks.json"
KNOWN_SECONDS = 3600
_PAUSE = 5
"""Seconds between two questions to an issuer that does not answer, while no key is known."""


@dataclass(frozen=True)
class ClerkClaims:
    """What a verified token says. Moments in epoch seconds; what the template leaves out is "".

    proven_at  when the person last showed a first factor; 0 when the token does not say
    """

    subject: str
    session_id: str
    issued_at: int
    not_before: int
    expires_at: int
    key_id: str
    proven_at: int
    email: str
    email_verified: bool
    username: str
    name: str
    image_url: str


_keys = KeySet(lambda: published_keys(_issuer().rstrip("/") + _KEYS_PATH), pause=_PAUSE)
_verified: Kept[ClerkClaims] = Kept(KNOWN_SECONDS)


def forget() -> None:
    """Know no keys (tests)."""
    _keys.forget()


def _issuer() -> str:
    return setting("CLERK_ISSUER", "none")


def names_clerk(token: str) -> bool:
    """Whether a token says that it is of the stage's Clerk issuer, true or not; never in a stage without one."""
    if _issuer() == "none" or not token.isascii() or len(token) > MAX_LENGTH or token.count(".") != 2:
        return False
    payload = token.split(".")[1]
    try:
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (ValueError, RecursionError):
        return False
    return isinstance(claims, dict) and claims.get("iss") == _issuer()


def verify(token: str) -> ClerkClaims:
    """What a token says, once it is proven. InvalidTokenError for any other; UnavailableError without any keys."""
    keys = _keys.keys()
    digest = hashlib.sha256(token.encode()).hexdigest()
    claims = _verified.get(digest, lambda: _decode(token))
    if claims is not None and claims.key_id not in keys:
        claims = _verified.get(digest, lambda: _decode(token), fresh=True)
    assert claims is not None, "_decode raises rather"
    now = clock.now()
    if claims.expires_at <= now:
        raise InvalidTokenError("The token has expired")
    if max(claims.issued_at, claims.not_before) > now + LEEWAY:
        raise InvalidTokenError("The token is not valid yet")
    return claims


def _decode(token: str) -> ClerkClaims:
    import jwt

    try:
        header = jwt.get_unverified_header(token)
        if not set(header) <= _HEADER or header.get("alg") != "RS256" or not isinstance(header.get("kid"), str):
            raise ValueError("header")
        payload = jwt.decode(
            token,
            key=_keys.key(header["kid"]),
            algorithms=["RS256"],
            issuer=_issuer(),
            options={  # times are checked at every use, kept or not; Clerk's session tokens have no audience
                "require": list(_REQUIRED),
                "verify_exp": False,
                "verify_nbf": False,
                "verify_iat": False,
                "verify_aud": False,
            },
        )
        return _read(payload, header["kid"])
    except (jwt.PyJWTError, ValueError, TypeError, KeyError, RecursionError) as error:
        raise InvalidTokenError("This is no session token of this application") from error


def _read(payload: dict[str, Any], kid: str) -> ClerkClaims:
    parties = setting("CLERK_AUTHORIZED_PARTIES", "").split(",")
    if not payload["azp"] or payload["azp"] not in parties or "aud" in payload or "act" in payload:
        raise ValueError("azp, aud, act")
    if payload.get("sts", "active") != "active":
        raise ValueError("sts")
    issued_at = _moment(payload["iat"])
    return ClerkClaims(
        subject=_named(payload, "sub"),
        session_id=_named(payload, "sid"),
        issued_at=issued_at,
        not_before=_moment(payload["nbf"]),
        expires_at=_moment(payload["exp"]),
        key_id=kid,
        proven_at=_proven_at(payload.get("fva"), issued_at),
        email=_text(payload, "email"),
        email_verified=payload.get("email_verified") is True,
        username=_text(payload, "username"),
        name=_text(payload, "name"),
        image_url=_text(payload, "image_url"),
    )


def _proven_at(ages: object, issued_at: int) -> int:
    """`fva` has the age of the first factor and of the second, in whole minutes at the token's making; -1 is never."""
    minutes = ages[0] if isinstance(ages, list) and ages else -1
    return issued_at - 60 * minutes if type(minutes) is int and 0 <= minutes < _FARTHEST else 0


def _named(payload: dict[str, Any], name: str) -> str:
    value = _text(payload, name)
    if not 0 < len(value) <= 100 or not value.isascii() or not value.replace("_", "").isalnum():
        raise ValueError(name)
    return value


def _text(payload: dict[str, Any], name: str) -> str:
    value = payload.get(name) or ""
    if not isinstance(value, str):
        raise TypeError(name)
    return value[:1000]


def _moment(value: object) -> int:
    if type(value) is not int or not 0 <= value < _FARTHEST:
        raise TypeError("moment")
    return value
