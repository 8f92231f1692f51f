"""Public keys of an issuer of tokens, as a verifier keeps them: 5 minutes, and asked for again for an unknown id."""

from collections.abc import Callable
from typing import Any

from shared.base import clock
from shared.base.errors import UnavailableError

KEYS_SECONDS = 300
UNKNOWN_KEY_SECONDS = 60
"""At most one read in so many seconds, however many unknown ids arrive, and while the keys cannot be read."""
FEWEST_BITS = 2048

Load = Callable[[], list[dict[str, Any]]]


class KeySet:
    """RSA keys by their ids. When they cannot be read, those known before serve on."""

    def __init__(self, load: Load, *, pause: float = 0) -> None:
        """`load` gives the JWKs, or raises UnavailableError; after that it is left alone for `pause` seconds."""
        self._load = load
        self._pause = pause
        self.forget()

    def forget(self) -> None:
        """Know nothing again."""
        self._keys: dict[str, Any] = {}
        self._read_at = self._asked_at = self._failed_at = 0.0

    def key(self, kid: str) -> Any:
        """The key of that id. KeyError when there is none."""
        keys = self.keys()
        if kid not in keys and clock.now() - self._asked_at >= UNKNOWN_KEY_SECONDS:
            keys = self._read()
        return keys[kid]

    def keys(self) -> dict[str, Any]:
        """All keys, at most 5 minutes old unless they cannot be read. UnavailableError when they never were."""
        now = clock.now()
        if now - self._read_at < KEYS_SECONDS or (self._keys and now - self._asked_at < UNKNOWN_KEY_SECONDS):
            return self._keys
        return self._read()

    def _read(self) -> dict[str, Any]:
        if not self._keys and clock.now() - self._failed_at < self._pause:
            raise UnavailableError("The keys that prove who is calling cannot be read at the moment")
        self._asked_at = clock.now()
        try:
            published = self._load()
        except UnavailableError:
            self._failed_at = clock.now()
            if not self._keys:
                raise
            return self._keys
        self._keys = {jwk["kid"]: key for jwk in published if (key := _rsa(jwk))}
        self._read_at = self._asked_at
        return self._keys


def _rsa(jwk: dict[str, Any]) -> Any:
    """The key, or None for one that RS256 cannot use."""
    from jwt.algorithms import RSAAlgorithm
    from jwt.exceptions import InvalidKeyError

    if jwk.get("kty") != "RSA" or jwk.get("alg", "RS256") != "RS256" or not isinstance(jwk.get("kid"), str):
        return None
    try:
        key = RSAAlgorithm.from_jwk(jwk)
    except (InvalidKeyError, TypeError, ValueError):  # one that is broken must not take the others with it
        return None
    return key if key.key_size >= FEWEST_BITS else None
