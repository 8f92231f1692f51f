"""The public keys of our own tokens, read from the parameter that holds them."""

import json
import re
from typing import Any

from shared.base import aws
from shared.base.key_sets import KeySet
from shared.base.signing_keys import PUBLIC_VARIABLE

_KEY_ID = re.compile(r"[A-Za-z0-9_-]{43}")
_ours = KeySet(lambda: _read(again=True))


def forget() -> None:
    """Know nothing again."""
    _ours.forget()


def published() -> list[dict[str, str]]:
    """The public keys as JWKs, at most 5 minutes old."""
    return _read()


def public_key(kid: object) -> Any:
    """The key of that id. KeyError when there is none, ValueError when it cannot be an id of ours."""
    if not isinstance(kid, str) or not _KEY_ID.fullmatch(kid):
        raise ValueError("kid")
    return _ours.key(kid)


def public_keys() -> dict[str, Any]:
    """The keys by id, at most 5 minutes old; when they cannot be read, those known before serve on."""
    return _ours.keys()


def _read(*, again: bool = False) -> list[dict[str, str]]:
    keys: list[dict[str, str]] = json.loads(aws.parameter(PUBLIC_VARIABLE, again=again))["keys"]
    return keys
