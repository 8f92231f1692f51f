"""Who counts as the same viewer: marks that tell viewers of one video in one half hour apart, and nothing else."""

import hashlib
import hmac

WINDOW_SECONDS = 30 * 60

_PURPOSE = b"showreel viewers v1"
"""Parts the key of these marks from what else the secret signs."""

MARK_BYTES = 8


def window_of(now: float, watched: float) -> int:
    """The half hour in which somebody began who has watched for so many seconds."""
    return int((now - watched) // WINDOW_SECONDS)


def viewer_mark(secret: str, video_id: str, window: int, user_id: str, address: str, agent: str) -> int:
    """A viewer's mark, an even number: of a user by their id, of anybody else by address and user agent.

    It is a keyed hash over video and window too, so marks of one viewer have nothing in common. It leads back to nobody
    who has not the key, and to those alone whom one tries out.
    """
    who = f"user:{user_id}" if user_id else f"address:{address}\n{agent}"
    key = hmac.digest(secret.encode(), _PURPOSE, hashlib.sha256)
    hashed = hmac.digest(key, f"{video_id}\n{window}\n{who}".encode(errors="replace"), hashlib.sha256)
    return int.from_bytes(hashed[:MARK_BYTES]) >> 1 << 1


def time_mark(viewer: int) -> int:
    """The mark of a viewer who has said how long they watched: that counts once too, besides the view."""
    return viewer | 1


def packed(marks: list[int]) -> bytes:
    """Marks, sorted, as they are stored."""
    return b"".join(mark.to_bytes(MARK_BYTES) for mark in sorted(marks))


def unpacked(stored: bytes) -> list[int]:
    """The inverse."""
    places = range(0, len(stored), MARK_BYTES)
    return [int.from_bytes(stored[place : place + MARK_BYTES]) for place in places]
