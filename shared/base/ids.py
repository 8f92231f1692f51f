"""Identifiers: UUIDv7 (RFC 9562), so that ids sort by the time of their making."""

import os
import re
import uuid

from shared.base import clock

UUID_PATTERN = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_UUID = re.compile(UUID_PATTERN)


def new_id() -> str:
    """A new UUIDv7: 48 bits of milliseconds, 74 random bits."""
    milliseconds = int(clock.now() * 1000)
    random = int.from_bytes(os.urandom(10), "big")
    value = milliseconds << 80 | 7 << 76 | (random >> 62 & 0xFFF) << 64 | 2 << 62 | random & (1 << 62) - 1
    return str(uuid.UUID(int=value))


def is_id(text: str) -> bool:
    """Whether a text has the form of an id."""
    return _UUID.fullmatch(text) is not None
