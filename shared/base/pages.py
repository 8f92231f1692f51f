"""Lists in pages: cursors that only we can make, and numbered pages as far as they go."""

import hashlib
import hmac

from shared.base import base64url
from shared.base.aws import secret
from shared.base.errors import InvalidCursorError, InvalidPageError

DEEPEST = 1000
"""Items that `page` and `offset` reach; a cursor goes on from there."""

_KEY_VARIABLE = "CURSOR_KEY_SECRET"
_MAC_BYTES = 16


def seal(position: str, *scope: str) -> str:
    """The cursor of a position in a list. Needs CURSOR_KEY.read.

    scope  whose list it is, of what, and how it is filtered: the cursor is good for that list alone
    """
    place = position.encode()
    return base64url.encode(_mac(place, scope) + place)


def unseal(cursor: str, *scope: str) -> str:
    """The position that a cursor of this list stands for; InvalidCursorError for any other text."""
    try:
        raw = base64url.decode(cursor)
        position = raw[_MAC_BYTES:].decode()
    except ValueError:
        raise InvalidCursorError("This is no cursor: take next_cursor from an answer of this list") from None
    if not hmac.compare_digest(raw[:_MAC_BYTES], _mac(raw[_MAC_BYTES:], scope)):
        raise InvalidCursorError("This cursor belongs to another list, or was changed")
    return position


def skipped(page: int, limit: int, offset: int | None = None) -> int:
    """Items before the first one; InvalidPageError when the page ends beyond the deepest item, or is named twice.

    page  counts from 1; 1 when it was not asked for
    """
    if offset is not None and page > 1:
        raise InvalidPageError("Send page or offset, not both")
    skip = (page - 1) * limit if offset is None else offset
    if skip + limit > DEEPEST:
        raise InvalidPageError(f"Pages end after {DEEPEST} items: go on with cursor")
    return skip


def _mac(place: bytes, scope: tuple[str, ...]) -> bytes:
    message = "\0".join(scope).encode() + b"\0\0" + place
    return hmac.new(secret(_KEY_VARIABLE).encode(), message, hashlib.sha256).digest()[:_MAC_BYTES]
