"""The keys that issuers of tokens publish, whom the stage trusts."""

import json
from typing import Any

from shared.base import logs
from shared.base.asking import UnansweredError, ask
from shared.base.errors import UnavailableError

TOTAL_SECONDS = 4
MOST_KEYS = 20


def published_keys(address: str) -> list[dict[str, Any]]:
    """The JWKs at an address. UnavailableError for whatever keeps them from being read."""
    try:
        answered = ask(address, TOTAL_SECONDS)
        if answered.status != 200:
            raise ValueError(f"status {answered.status}")
        keys: list[dict[str, Any]] = [dict(jwk) for jwk in json.loads(answered.body)["keys"][:MOST_KEYS]]
    except (UnansweredError, ValueError, TypeError, KeyError, RecursionError) as error:
        logs.log_exception("the keys of the issuer cannot be read", error, address=address)
        raise UnavailableError("The keys that prove who is calling cannot be read at the moment") from error
    return keys
