"""Proof that a request was meant: a token that only a page which may read our answers can have.

Browsers send cookies with requests that other sites make up, but no header of theirs. The token is
`<nonce>.<expiry>.<HMAC>`, for an hour; nothing is stored. One that was given to a session is good in no other one.
"""

import hashlib
import hmac
import re
import secrets

from shared.base import base64url, clock
from shared.base.aws import secret
from shared.base.errors import ForbiddenError
from shared.base.settings import setting
from shared.contract.declare import SAFE_METHODS
from shared.contract.permissions import Identity
from shared.http.caller import Caller
from shared.http.credentials import KEY_HEADER
from shared.http.request import ApiRequest

HEADER = "x-csrf-token"
TOKEN_SECONDS = 3600

_PURPOSE = b"showreel csrf token v1"
"""Parts the key of these tokens from what else the secret signs."""
_TOKEN = re.compile(r"([\w-]{22})\.([0-9]{1,12})\.([\w-]{43})", re.ASCII)


class CsrfError(ForbiddenError):
    """A request that a foreign page may have made up."""

    code = studio_code = "CSRF_TOKEN_INVALID"

    def __init__(self) -> None:
        """One message for a token that is missing, over, or another session's."""
        super().__init__("Send X-CSRF-Token with a token of GET /api/v1/csrf-token, which lives an hour")


def new_token(session_id: str) -> str:
    """A token for a session, or for callers without one: "". Needs CURSOR_KEY.read."""
    nonce = base64url.encode(secrets.token_bytes(16))
    expires = str(int(clock.now()) + TOKEN_SECONDS)
    return f"{nonce}.{expires}.{_mac(session_id, nonce, expires)}"


def check(request: ApiRequest, identity: Identity, caller: Caller) -> None:
    """CsrfError for a request that must carry a token and has none that is good. Needs CURSOR_KEY.read if it must."""
    if _must_carry(request, identity) and not _is_good(request.headers.get(HEADER, ""), caller.session_id):
        raise CsrfError


def _must_carry(request: ApiRequest, identity: Identity) -> bool:
    """Whether the stage's CSRF_MODE demands a token: cookie, always or off."""
    mode = setting("CSRF_MODE", "cookie")
    if request.method in SAFE_METHODS or identity is Identity.SIGNATURE or mode == "off":
        return False
    if mode == "always":
        return request.studio
    shown = "authorization" in request.headers or KEY_HEADER in request.headers
    return _has_cookie(request) and not shown


def _has_cookie(request: ApiRequest) -> bool:
    """API Gateway takes cookies out of the headers."""
    return bool(request.event.get("cookies")) or "cookie" in request.headers


def _is_good(token: str, session_id: str) -> bool:
    parts = _TOKEN.fullmatch(token)
    if not parts or int(parts[2]) <= clock.now():
        return False
    return hmac.compare_digest(parts[3], _mac(session_id, parts[1], parts[2]))


def _mac(session_id: str, nonce: str, expires: str) -> str:
    key = hmac.new(secret("CURSOR_KEY_SECRET").encode(), _PURPOSE, hashlib.sha256).digest()
    return base64url.encode(hmac.new(key, f"{session_id}.{nonce}.{expires}".encode(), hashlib.sha256).digest())
