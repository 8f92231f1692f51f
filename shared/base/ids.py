"""Identifiers: UUIDv7 (RFC 9562), so that ids sort by the time of their making."""

import os
import re
import uuid

from shared.base import clock

UUID_PATTERN = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_LATEST = (1 << 48) - 1
_UUID = re.compile(UUID_PATTERN)


def new_id(moment: float | None = None) -> str:
    """A new UUIDv7: 48 bits of milliseconds of a moment (epoch seconds; default: now), 74 random bits."""
    milliseconds = int((clock.now() if moment is None else moment) * 1000)
    random = int.from_bytes(os.urandom(10), "big")
    value = milliseconds << 80 | 7 << 76 | (random >> 62 & 0xFFF) << 64 | 2 << 62 | random & (1 << 62) - 1
    return str(uuid.UUID(int=value))


def made_at(id_: str) -> float:
    """When an id was made, in epoch seconds, to the millisecond."""
    return int(id_.replace("-", "")[:12], 16) / 1000


def bounds(first: float, last: float) -> tuple[str, str]:
    """What all ids lie between that were made from one moment to another, both included, in epoch seconds."""
    milliseconds = (max(0, min(_LATEST, round(moment * 1000))) for moment in (first, last))
    smallest, largest = (f"{count:012x}" for count in milliseconds)
    return f"{smallest[:8]}-{smallest[8:]}-0", f"{largest[:8]}-{largest[8:]}-g"


def is_id(text: str) -> bool:
    """Whether a text has the form of an id."""
    return _UUID.fullmatch(text) is not None
