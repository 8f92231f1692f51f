"""The RSA keys that sign our tokens: a secret set that only issuers read, a public set that verifiers read.

A key is published before it signs: verifiers keep the public set for 5 minutes, so a new key waits 10. A key that signs
no more stays published until the last token that it signed has died. So keys change and nobody is logged out.
"""

import json
from dataclasses import dataclass
from typing import Any

from shared.base import aws, base64url, clock
from shared.base.errors import UnavailableError
from shared.base.settings import setting

ALGORITHM = "RS256"
KEY_BITS = 2048
SECRET_VARIABLE = "SIGNING_KEYS_SECRET"
PUBLIC_VARIABLE = "PUBLIC_KEYS_PARAMETER"

ROTATE_AFTER = 90 * 86400
"""Seconds that a key signs before the next one is made."""
PUBLISHED_BEFORE = 600
"""Seconds that a key is public before it signs."""
SETTLE_TRIES = 5

Jwk = dict[str, Any]


@dataclass(frozen=True)
class SigningKey:
    """One key: when it begins to sign (epoch seconds), and its private JWK (RFC 7518 6.3)."""

    signs_from: int
    jwk: Jwk

    @property
    def kid(self) -> str:
        """Its id: the RFC 7638 thumbprint."""
        kid: str = self.jwk["kid"]
        return kid

    @property
    def public(self) -> Jwk:
        """What verifiers may know."""
        return {"kty": "RSA", "kid": self.kid, "use": "sig", "alg": ALGORITHM, "n": self.jwk["n"], "e": self.jwk["e"]}


def parse(text: str) -> list[SigningKey]:
    """The keys of a secret, the oldest first; none when it still holds the placeholder that it was created with."""
    try:
        found = json.loads(text)
    except ValueError:
        return []
    if not isinstance(found, dict):
        return []
    keys = [SigningKey(int(jwk.pop("signs_from")), jwk) for jwk in found.get("keys", [])]
    return sorted(keys, key=lambda key: key.signs_from)


def serialise(keys: list[SigningKey]) -> str:
    """The secret's text; `parse` reads it."""
    return json.dumps({"keys": [{**key.jwk, "signs_from": key.signs_from} for key in keys]})


def public_set(keys: list[SigningKey]) -> dict[str, list[Jwk]]:
    """The JWK set (RFC 7517) that verifiers read."""
    return {"keys": [key.public for key in keys]}


def signing_key(keys: list[SigningKey], now: float) -> SigningKey:
    """The newest key whose time to sign has come; 503 when the stage has none yet."""
    ready = [key for key in keys if key.signs_from <= now]
    if not ready:
        raise UnavailableError("This stage has no key to sign tokens with yet")
    return ready[-1]


def make_key(signs_from: float) -> SigningKey:
    """A new RSA key."""
    from cryptography.hazmat.primitives.asymmetric import rsa
    from jwt.algorithms import RSAAlgorithm

    private = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
    jwk: Jwk = RSAAlgorithm.to_jwk(private, as_dict=True)
    jwk.pop("key_ops", None)
    return SigningKey(int(signs_from), {**jwk, "kid": _thumbprint(jwk), "alg": ALGORITHM, "use": "sig"})


def _thumbprint(jwk: Jwk) -> str:
    import hashlib

    members = json.dumps({"e": jwk["e"], "kty": "RSA", "n": jwk["n"]}, separators=(",", ":"))
    return base64url.encode(hashlib.sha256(members.encode()).digest())


def prepare() -> bool:
    """Make the first key when the stage has none, and publish what there is. True when a key was made."""
    keys = _stored()
    made = not keys
    if made:
        keys = [make_key(clock.now())]
        _publish(keys)
        _store(keys)
    _settle()
    return made


def rotate() -> bool:
    """Drop keys whose tokens have all died, and make the next key when the newest is old. True when a key was made."""
    now = clock.now()
    keys = _stored()
    kept = _alive(keys, now)
    made = not kept or kept[-1].signs_from + ROTATE_AFTER <= now
    if made:
        kept = [*kept, make_key(now + PUBLISHED_BEFORE if kept else now)]
        _publish(kept)
    if kept != keys:
        _store(kept)
    _settle()
    return made


def _alive(keys: list[SigningKey], now: float) -> list[SigningKey]:
    """The keys that sign or have signed tokens which may still live: a day more than the longest life."""
    longest = (int(setting("REFRESH_TOKEN_EXPIRE_DAYS", "7")) + 1) * 86400
    ends = [following.signs_from + longest for following in keys[1:]]
    return [key for key, end in zip(keys, [*ends, now + 1], strict=True) if end > now] if keys else []


def _settle() -> None:
    """Make the public set that of the secret, also when two runs write at once: each looks again after it wrote."""
    for _ in range(SETTLE_TRIES):
        keys = _stored()
        if json.loads(_published()) == public_set(keys):
            return
        _publish(keys)
    raise UnavailableError("The signing keys are being changed by somebody else")


def _stored() -> list[SigningKey]:
    answer = aws.client("secretsmanager").get_secret_value(SecretId=setting(SECRET_VARIABLE))
    return parse(answer["SecretString"])


def _store(keys: list[SigningKey]) -> None:
    aws.client("secretsmanager").put_secret_value(SecretId=setting(SECRET_VARIABLE), SecretString=serialise(keys))


def _published() -> str:
    return aws.parameter(PUBLIC_VARIABLE, again=True)


def _publish(keys: list[SigningKey]) -> None:
    text = json.dumps(public_set(keys))
    aws.client("ssm").put_parameter(Name=setting(PUBLIC_VARIABLE), Value=text, Type="String", Overwrite=True)
