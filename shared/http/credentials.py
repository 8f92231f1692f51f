"""What a request shows to say who is calling: one thing, in one of two headers, and never in its address."""

from typing import Any
from urllib.parse import unquote

from shared.base.errors import InvalidTokenError, UnauthorizedError
from shared.domains.keys.errors import InvalidApiKeyError
from shared.domains.keys.rules import FORM, MARK
from shared.http.request import ApiRequest

KEY_HEADER = "x-api-key"


class NothingShownError(UnauthorizedError):
    """Neither header is there."""

    def __init__(self) -> None:
        """The message says what to send."""
        message = "Send an access token or an API key: Authorization: Bearer <token>"
        super().__init__(message, details=_details("MISSING_AUTH_HEADER", message))


class UnreadableError(InvalidTokenError):
    """A header that cannot be read, or two things at once."""

    def __init__(self, message: str) -> None:
        """`message`: how it must read."""
        super().__init__(message, details=_details("INVALID_AUTH_FORMAT", message))


def _details(code: str, message: str) -> list[Any]:
    return [{"code": code, "message": message}]


def shown(request: ApiRequest) -> str:
    """The token or API key of a request, "" when it shows nothing."""
    _refuse_keys_in_address(request)
    token, key = _bearer(request.headers.get("authorization")), request.headers.get(KEY_HEADER)
    if key is None:
        return token
    if token:
        raise UnreadableError("Send Authorization or X-API-Key, not both")
    if not is_key(key):
        raise InvalidApiKeyError
    return key


def is_key(text: str) -> bool:
    """Whether a text says of itself that it is an API key."""
    return text.startswith(MARK)


def _refuse_keys_in_address(request: ApiRequest) -> None:
    """An address ends up in logs and histories, whatever else the request shows."""
    address = f"{request.path}?{request.event.get('rawQueryString') or ''}"
    if FORM.search(unquote(address)):
        raise UnreadableError("Never put an API key into an address, where others read it: rotate this one")


def _bearer(header: str | None) -> str:
    if not header:
        return ""
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or not token or "," in token or " " in token:
        raise UnreadableError("The Authorization header must read: Bearer <token>")
    return token
