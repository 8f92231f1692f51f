"""Tokens as a forger would make them: any header, any payload, any signature."""

import base64
import functools
import hashlib
import hmac
import json
import time
from typing import Any

from tests.aws import SETTINGS
from tests.resources import first_key


def encode(data: bytes) -> str:
    """URL-safe base64 without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decode(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and payload, unverified."""
    header, payload, _ = (base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)) for part in token.split("."))
    return json.loads(header), json.loads(payload)


def claims(**changes: Any) -> dict[str, Any]:
    """Good claims of an access token with changes; a value of None takes a claim away."""
    now = int(time.time())
    good = {
        "iss": SETTINGS["TOKEN_ISSUER"],
        "aud": SETTINGS["TOKEN_AUDIENCE"],
        "sub": "01900000-0000-7000-8000-000000000001",
        "jti": "2d0b6a0e-9d0c-4d3c-8a52-8f4f1f0e7c11",
        "sid": "01900000-0000-7000-8000-000000000002",
        "iat": now,
        "exp": now + 600,
        "token_use": "access",
        "user_id": "01900000-0000-7000-8000-000000000001",
        "role": "user",
    }
    return {name: value for name, value in {**good, **changes}.items() if value is not None}


def header(**changes: Any) -> dict[str, Any]:
    """A good header of an access token with changes; a value of None takes a member away."""
    good = {"alg": "RS256", "typ": "at+jwt", "kid": first_key().kid}
    return {name: value for name, value in {**good, **changes}.items() if value is not None}


@functools.cache
def private_key() -> Any:
    """The stage's own key, which a forger does not have: for tokens that are wrong in one respect only."""
    from jwt.algorithms import RSAAlgorithm

    return RSAAlgorithm.from_jwk(first_key().jwk)


def public_key() -> Any:
    """What everybody can read at /.well-known/jwks.json."""
    from jwt.algorithms import RSAAlgorithm

    return RSAAlgorithm.from_jwk(first_key().public)


def parts(head: Any, payload: Any) -> str:
    """The part of a token that is signed; bytes stand for themselves."""
    raw = (part if isinstance(part, bytes) else json.dumps(part).encode() for part in (head, payload))
    return ".".join(encode(part) for part in raw)


def signed(head: Any, payload: Any, key: Any = None) -> str:
    """A token with an RSA signature, by default of the stage's own key."""
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding

    text = parts(head, payload)
    return f"{text}.{encode((key or private_key()).sign(text.encode(), padding.PKCS1v15(), hashes.SHA256()))}"


def hmac_signed(head: Any, payload: Any, key: bytes) -> str:
    """A token with an HMAC-SHA-256 for a signature."""
    text = parts(head, payload)
    return f"{text}.{encode(hmac.new(key, text.encode(), hashlib.sha256).digest())}"
