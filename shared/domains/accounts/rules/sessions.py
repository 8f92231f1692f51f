"""Rules of sessions: what is kept of their refresh tokens, and which token follows which."""

import hashlib
import hmac
import uuid

GRACE_SECONDS = 30
"""So long after a refresh the token it was made with gives the same successor again: its answer may have been lost."""


def refresh_hash(jti: str) -> str:
    """What is stored of a refresh token."""
    return hashlib.sha256(jti.encode()).hexdigest()


def successor(jti: str, session_id: str, key: bytes) -> str:
    """The one token that follows a refresh token: a UUIDv4 that only the holder of the key can work out."""
    digest = hmac.new(key, f"refresh:{session_id}:{jti}".encode(), hashlib.sha256).digest()
    return str(uuid.UUID(bytes=digest[:16], version=4))
