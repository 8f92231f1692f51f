"""Rules of logins with a provider: the state that goes through the browser, and what else is bound to it.

A state is `<nonce>.<expiry>.<HMAC>` and tells nothing. Its HMAC covers provider, redirect address and whoever asked for
it, so it is good for these alone; what only we may know of the login is worked out from it with the same key.
"""

import hashlib
import hmac
import re
import secrets

from shared.base import base64url
from shared.base.sealing import Place
from shared.providers.oauth.port import Flow

PURPOSE = "oauth"
STATE_SECONDS = 600
STATE_LENGTH = 128

_STATE = re.compile(r"([\w-]{22})\.([0-9]{1,12})\.([\w-]{43})", re.ASCII)


def flow_key(client_secret: str) -> bytes:
    """The key of a provider's states: made of what only we and the provider know."""
    return hmac.new(client_secret.encode(), b"showreel oauth states v1", hashlib.sha256).digest()


def new_flow(key: bytes, provider: str, redirect_uri: str, asked_by: str, now: float) -> Flow:
    """A login that begins. `asked_by` is the user who wants to link, "" for who wants to get in."""
    begun = f"{base64url.encode(secrets.token_bytes(16))}.{int(now) + STATE_SECONDS}"
    return _flow(key, f"{begun}.{_mac(key, begun, provider, redirect_uri, asked_by)}", redirect_uri)


def flow_of(key: bytes, state: str, provider: str, redirect_uris: list[str], asked_by: str, now: float) -> Flow | None:
    """The login that a state was given to; None unless provider and user are the same, and it is not over."""
    parts = _STATE.fullmatch(state)
    if not parts or int(parts[2]) <= now:
        return None
    begun = f"{parts[1]}.{parts[2]}"
    fitting = [uri for uri in redirect_uris if hmac.compare_digest(parts[3], _mac(key, begun, provider, uri, asked_by))]
    return _flow(key, state, fitting[0]) if fitting else None


def ends_at(flow: Flow) -> int:
    """When a login is over, in epoch seconds."""
    return int(flow.state.split(".")[1])


def state_hash(flow: Flow) -> str:
    """What is kept of a state that was used."""
    return hashlib.sha256(flow.state.encode()).hexdigest()


def place_of_tokens(user_id: str, provider: str) -> Place:
    """What the tokens of a provider are sealed to."""
    return Place(PURPOSE, "users", user_id, f"{provider}_tokens")


def _flow(key: bytes, state: str, redirect_uri: str) -> Flow:
    return Flow(state, redirect_uri, _mac(key, "verifier", state), _mac(key, "nonce", state))


def _mac(key: bytes, *parts: str) -> str:
    return base64url.encode(hmac.new(key, "\n".join(parts).encode(), hashlib.sha256).digest())
