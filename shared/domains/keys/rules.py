"""Rules of API keys: what their text is made of, what they may be given, and until when they are good.

The text is `showreel_`, 43 digits that name the key and its owner, 43 of 32 random bytes, and 6 of a CRC-32 of it all.
Digits are of base 62, so that a double click takes the whole. The names in it lead to the row without an index; the
checksum tells a typing mistake, and scanners what is likely a key, without asking anybody.
"""

import hashlib
import hmac
import re
import secrets
import zlib
from uuid import UUID

from shared.base import clock
from shared.contract.permissions import ROLE_PERMISSIONS, allows
from shared.domains.keys.errors import InvalidKeyWishError
from shared.domains.keys.model import ApiKey, KeyWish

MARK = "showreel_"
MOST_KEYS = 20
"""That a user may have."""
NAME_LENGTH = 100
MOST_SCOPES = 20
GRACE_SECONDS = 86400
"""So long the text before a rotation stays good, unless it is asked for otherwise."""
MOST_GRACE_SECONDS = 7 * 86400
FARTHEST_SECONDS = 10 * 366 * 86400

_ALL = ":all"
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_WIDTH, _CHECK_WIDTH, _PREFIX_WIDTH = 43, 6, 9
FORM = re.compile(MARK + f"[0-9A-Za-z]{{{2 * _WIDTH + _CHECK_WIDTH}}}")


def new_text(owner_id: str, key_id: str) -> str:
    """The text of a key; of the same key another one each time."""
    named = MARK + _encoded(UUID(key_id).bytes + UUID(owner_id).bytes, _WIDTH)
    text = named + _encoded(secrets.token_bytes(32), _WIDTH)
    return text + _checksum(text)


def named_by(text: str) -> tuple[str, str] | None:
    """Owner and key that a text names; None when it cannot be the text of any key."""
    if not FORM.fullmatch(text) or _checksum(text[:-_CHECK_WIDTH]) != text[-_CHECK_WIDTH:]:
        return None
    number = 0
    for digit in text[len(MARK) : len(MARK) + _WIDTH]:
        number = number * len(_DIGITS) + _DIGITS.index(digit)
    if number >= 1 << 256:
        return None
    named = number.to_bytes(32, "big")
    return str(UUID(bytes=named[16:])), str(UUID(bytes=named[:16]))


def prefix_of(text: str) -> str:
    """What may be shown of a text, for people to know the key again: the first digits of its id."""
    return text[: len(MARK) + _PREFIX_WIDTH]


def hash_of(text: str) -> str:
    """What is kept of a text. It has 256 random bits, so a quick hash cannot be searched."""
    return hashlib.sha256(text.encode()).hexdigest()


def is_good(key: ApiKey, hashed: str) -> bool:
    """Whether the text with this hash opens the key now."""
    now = clock.now()
    current = hmac.compare_digest(key.secret_hash, hashed)
    previous = hmac.compare_digest(key.previous_hash, hashed) and now < key.previous_until
    return (current or previous) and (not key.expires_at or now < key.expires_at)


def checked(wish: KeyWish, held: frozenset[str]) -> KeyWish:
    """The wish of somebody who holds these permissions, tidied; InvalidKeyWishError names all that is wrong."""
    problems: dict[str, list[str]] = {}
    scopes = tuple(sorted(set(wish.scopes)))
    if unknown := [scope for scope in scopes if not is_scope(scope)]:
        problems["scopes"] = [f"{scope[:50]} is no scope" for scope in unknown]
    elif above := sorted(set(scopes) - within(held, frozenset(scopes))):
        problems["scopes"] = [f"You do not hold {scope} yourself" for scope in above]
    name = wish.name.strip()
    if not name or not name.isprintable():
        problems["name"] = ["Use visible characters"]
    now = clock.now()
    if wish.expires_at is not None and not now < wish.expires_at < now + FARTHEST_SECONDS:
        problems["expires_at"] = ["Name a moment within the next ten years"]
    if problems:
        raise InvalidKeyWishError(problems)
    return KeyWish(name, scopes, wish.expires_at)


def is_scope(text: str) -> bool:
    """Whether an API key may be given a permission of this name, by somebody who holds it: those of people's roles."""
    area, _, kind = text.partition(":")
    areas = {named.partition(":")[0] for named in ROLE_PERMISSIONS["creator"]}
    return area in areas and kind in ("read", "write", "all")


def within(held: frozenset[str], scopes: frozenset[str]) -> frozenset[str]:
    """What the scopes allow of the permissions held: a scope for a whole area falls back to what is held of it."""
    kept = {scope for scope in scopes if allows(held, scope)}
    areas = {scope.removesuffix(_ALL) for scope in scopes - kept if scope.endswith(_ALL)}
    return frozenset(kept | {one for one in held if one.partition(":")[0] in areas})


def _checksum(text: str) -> str:
    return _encoded(zlib.crc32(text.encode()).to_bytes(4, "big"), _CHECK_WIDTH)


def _encoded(data: bytes, width: int) -> str:
    number = int.from_bytes(data, "big")
    digits: list[str] = []
    for _ in range(width):
        number, digit = divmod(number, len(_DIGITS))
        digits.append(_DIGITS[digit])
    return "".join(reversed(digits))
