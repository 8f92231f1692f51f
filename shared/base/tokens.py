"""Our tokens: RS256 JWTs that only issuers can sign and every function can verify without asking anybody.

Claims are user_id, username, email, display_name, avatar_url, role and tier, besides those of RFC 7519. `token_use` and
the header's `typ` both say what a token is for, so that none passes for another.
"""

import functools
import hashlib
import uuid
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any, Literal

from shared.base import aws, clock, public_keys
from shared.base.errors import InvalidTokenError
from shared.base.settings import setting
from shared.base.signing_keys import ALGORITHM, SECRET_VARIABLE, SigningKey, parse, signing_key
from shared.contract.permissions import ROLE_PERMISSIONS

Use = Literal["access", "refresh", "service", "impersonation"]

SERVICE_AUDIENCE = "internal-api"
SERVICE_SECONDS = 3600
IMPERSONATION_SECONDS = 1800
MAX_LENGTH = 8192
"""Characters; API Gateway takes 10 240 bytes of headers in all. The longest that we issue is half of it."""
LEEWAY = 60
"""Seconds that an issuer's clock may be ahead of ours. The end of a token has none: skew costs its holder a refresh."""
VERIFIED_KEPT = 1000

_TYPES: dict[str, Use] = {"at+jwt": "access", "rt+jwt": "refresh", "st+jwt": "service", "it+jwt": "impersonation"}
_HEADER_TYPES = {use: header for header, use in _TYPES.items()}
_REQUIRED = ("iss", "aud", "sub", "jti", "iat", "exp", "token_use")
_FARTHEST = 2**40


@dataclass(frozen=True)
class Person:
    """What a person's access token says of them."""

    user_id: str
    username: str
    email: str
    display_name: str
    avatar_url: str
    role: str
    tier: str = "free"


@dataclass(frozen=True)
class Claims:
    """What a verified token says. `user_id`, `session_id` and the rest of a person are "" in a service token.

    subject      the user's id, or "service:<name>"
    permissions  those of the role, or those that a service token names
    impersonator the administrator who acts as the user, whose session it is then
    token_id     `jti`
    issued_at, not_before, expires_at   epoch seconds
    """

    use: Use
    subject: str
    token_id: str
    issuer: str
    issued_at: int
    not_before: int
    expires_at: int
    key_id: str
    user_id: str = ""
    username: str = ""
    email: str = ""
    display_name: str = ""
    avatar_url: str = ""
    role: str = ""
    tier: str = ""
    session_id: str = ""
    permissions: frozenset[str] = frozenset()
    impersonator: str = ""


# ---------------------------------------------------------------------------------------------------------- issuing


def access_seconds(session_ends: int, minutes: int = 0) -> int:
    """How long an access token lives that is issued now: so many minutes, ACCESS_TOKEN_EXPIRE_MINUTES when 0.

    Never beyond its session's end (epoch seconds).
    """
    lives = 60 * (minutes or int(setting("ACCESS_TOKEN_EXPIRE_MINUTES", "15")))
    return min(lives, session_ends - int(clock.now()))


def issue_access_token(person: Person, session_id: str, *, session_ends: int, minutes: int = 0) -> str:
    """A token that says who is calling; its life is that of `access_seconds`."""
    claims = _said_of(person, session_id)
    return _sign("access", claims, setting("TOKEN_AUDIENCE"), int(clock.now()) + access_seconds(session_ends, minutes))


def issue_refresh_token(jti: str, *, user_id: str, session_id: str, session_ends: int) -> str:
    """A token that is good for one refresh, until its session ends. `jti` is a random UUIDv4; stores keep its hash."""
    claims = {"sub": user_id, "sid": session_id, "jti": jti, "user_id": user_id}
    return _sign("refresh", claims, setting("TOKEN_AUDIENCE"), session_ends)


def issue_service_token(name: str, permissions: frozenset[str]) -> str:
    """A token for one of our services, for an hour; it names its permissions."""
    claims = {"sub": f"service:{name}", "jti": str(uuid.uuid4()), "role": "service", "permissions": sorted(permissions)}
    return _sign("service", claims, SERVICE_AUDIENCE, int(clock.now()) + SERVICE_SECONDS)


def issue_impersonation_token(person: Person, impersonator: str, session_id: str) -> str:
    """A token with which an administrator acts as somebody; `act` names them, as in RFC 8693.

    session_id  the administrator's, which must live at each use
    """
    claims = _said_of(person, session_id) | {"act": {"sub": impersonator}}
    return _sign("impersonation", claims, setting("TOKEN_AUDIENCE"), int(clock.now()) + IMPERSONATION_SECONDS)


def _said_of(person: Person, session_id: str) -> dict[str, Any]:
    return {
        "sub": person.user_id,
        "sid": session_id,
        "jti": str(uuid.uuid4()),
        "user_id": person.user_id,
        "username": person.username,
        "email": person.email,
        "display_name": person.display_name,
        "avatar_url": person.avatar_url,
        "role": person.role,
        "tier": person.tier,
    }


def _sign(use: Use, claims: dict[str, Any], audience: str, ends: int) -> str:
    import jwt

    now = clock.now()
    text = aws.secret(SECRET_VARIABLE)
    key = signing_key(_signing_keys(text), now)
    whole = {
        "iss": setting("TOKEN_ISSUER"),
        "aud": audience,
        "iat": int(now),
        "exp": ends,
        "token_use": use,
        **claims,
    }
    headers = {"kid": key.kid, "typ": _HEADER_TYPES[use]}
    return jwt.encode(whole, _private_key(text, key.kid), algorithm=ALGORITHM, headers=headers)


@functools.lru_cache(maxsize=2)
def _signing_keys(text: str) -> list[SigningKey]:
    return parse(text)


@functools.lru_cache(maxsize=4)
def _private_key(text: str, kid: str) -> Any:
    from jwt.algorithms import RSAAlgorithm

    jwk = next(key.jwk for key in _signing_keys(text) if key.kid == kid)
    return RSAAlgorithm.from_jwk(jwk)


# -------------------------------------------------------------------------------------------------------- verifying


_verified: OrderedDict[bytes, Claims] = OrderedDict()
"""Tokens found good by this process, by SHA-256; the oldest use goes first."""


def forget() -> None:
    """Drop keys and tokens that are kept (tests, and a change of the stage's keys)."""
    _verified.clear()
    public_keys.forget()
    _signing_keys.cache_clear()
    _private_key.cache_clear()


def verify(token: str, *uses: Use) -> Claims:
    """What a token says, once it is proven to be ours, of one of these uses and in its time.

    Raises InvalidTokenError for whatever else it is; UnavailableError when the public keys were never readable.
    """
    if not isinstance(token, str) or not 0 < len(token) <= MAX_LENGTH or not token.isascii():
        raise InvalidTokenError("This is not a token of ours")
    keys = public_keys.public_keys()
    digest = hashlib.sha256(token.encode()).digest()
    claims = _verified.get(digest)
    if claims is None or claims.key_id not in keys:
        _verified.pop(digest, None)
        claims = _decode(token)
        _verified[digest] = claims
        if len(_verified) > VERIFIED_KEPT:
            _verified.popitem(last=False)
    else:
        _verified.move_to_end(digest)
    _check_time(claims, clock.now())
    if claims.use not in uses:
        raise InvalidTokenError(f"This is no {' or '.join(uses)} token")
    return claims


def _check_time(claims: Claims, now: float) -> None:
    if claims.expires_at <= now:
        raise InvalidTokenError("The token has expired")
    if max(claims.issued_at, claims.not_before) > now + LEEWAY:
        raise InvalidTokenError("The token is not valid yet")


def _decode(token: str) -> Claims:
    import jwt

    try:
        use, kid = _read_header(jwt.get_unverified_header(token))
        payload = jwt.decode(
            token,
            key=public_keys.public_key(kid),
            algorithms=[ALGORITHM],
            issuer=setting("TOKEN_ISSUER"),
            audience=SERVICE_AUDIENCE if use == "service" else setting("TOKEN_AUDIENCE"),
            options={  # times are checked at every use, kept or not
                "require": list(_REQUIRED),
                "verify_exp": False,
                "verify_nbf": False,
                "verify_iat": False,
                "strict_aud": True,
            },
        )
        return _read_claims(payload, use, kid)
    except (jwt.PyJWTError, ValueError, TypeError, KeyError, RecursionError) as error:
        raise InvalidTokenError("This is not a token of ours") from error


def _read_header(header: dict[str, Any]) -> tuple[Use, str]:
    """Use and key of a token. Whatever else a header may name (jku, x5u, jwk, crit) is refused, not followed."""
    if set(header) != {"alg", "typ", "kid"} or header["alg"] != ALGORITHM:
        raise ValueError("header")
    return _TYPES[header["typ"]], header["kid"]


def _read_claims(payload: dict[str, Any], use: Use, kid: str) -> Claims:
    if payload["token_use"] != use:
        raise ValueError("token_use")
    role = "service" if use == "service" else _text(payload, "role")
    named = payload.get("permissions", []) if use == "service" else ROLE_PERMISSIONS.get(role, frozenset())
    if not all(isinstance(permission, str) for permission in named):
        raise ValueError("permissions")
    if use != "service" and not (payload.get("sub") and payload.get("sid")):
        raise ValueError("sub, sid")
    issued_at = _moment(payload, "iat")
    return Claims(
        use=use,
        subject=_text(payload, "sub"),
        token_id=_text(payload, "jti"),
        issuer=_text(payload, "iss"),
        issued_at=issued_at,
        not_before=_moment(payload, "nbf") if "nbf" in payload else issued_at,
        expires_at=_moment(payload, "exp"),
        key_id=kid,
        user_id=_text(payload, "user_id"),
        username=_text(payload, "username"),
        email=_text(payload, "email"),
        display_name=_text(payload, "display_name"),
        avatar_url=_text(payload, "avatar_url"),
        role=role,
        tier=_text(payload, "tier") or "free",
        session_id=_text(payload, "sid"),
        permissions=frozenset(named),
        impersonator=_actor(payload) if use == "impersonation" else "",
    )


def _actor(payload: dict[str, Any]) -> str:
    actor = payload["act"]
    if not isinstance(actor, dict) or not (found := _text(actor, "sub")):
        raise ValueError("act")
    return found


def _text(payload: dict[str, Any], name: str) -> str:
    value = payload.get(name, "")
    if not isinstance(value, str):
        raise TypeError(name)
    return value


def _moment(payload: dict[str, Any], name: str) -> int:
    """Whole epoch seconds: what we issue, and nothing that merely compares like a number."""
    value = payload[name]
    if type(value) is not int or not 0 <= value < _FARTHEST:
        raise TypeError(name)
    return value
