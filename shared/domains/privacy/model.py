"""What people may ask of what is kept of them: that it be erased, or given to them."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class OpenState(StrEnum):
    """Work that somebody has to end: what the schedules look for."""

    ERASING = "erasing"
    EXPORTING = "exporting"


class Status(StrEnum):
    """Where an export stands, in the words of jobs. `pending` and `processing` go on by themselves."""

    PENDING = "pending"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"


@dataclass(frozen=True)
class Export:
    """An archive of all that is somebody's. Moments are in epoch seconds.

    tries       how often somebody has begun to make it
    expires_at  when it is forgotten
    """

    user_id: str
    id: str
    status: Status
    tries: int
    expires_at: int


@dataclass(frozen=True)
class Leaver:
    """Somebody who wants their account deleted, as their token says.

    email       "" for who shows none of our tokens, but one of Clerk's
    session_id  of ours, or of Clerk's
    """

    user_id: str
    email: str
    session_id: str


@dataclass(frozen=True)
class Farewell:
    """What they send: their username, and what proves that it is they."""

    confirmation: str
    password: str = ""
    mfa_code: str = ""


@dataclass(frozen=True)
class Erasure:
    """A closed account, and how far what was its user's is erased.

    username   "", as is the email, where these are free already
    closed_at  ISO 8601 in UTC
    step       steps that are done
    position   where the present one goes on, in its own words; "" is its beginning
    found      kind -> how many of it were erased
    revision   counts the writes, so that of two who go on with it at once one stops
    """

    user_id: str
    username: str
    email: str
    closed_at: str
    step: int = 0
    position: str = ""
    found: dict[str, int] = field(default_factory=dict)
    revision: int = 0


@dataclass(frozen=True)
class Progress:
    """What a step did in one go, all of which is written down in one transaction, or not at all.

    found     kind -> how many of it there were
    writes    at most 90, to be made with it
    position  where it goes on; None when nothing is left for it to do
    waits     for others: it is asked again by the next round
    """

    found: dict[str, int] = field(default_factory=dict)
    writes: tuple[dict[str, Any], ...] = ()
    position: str | None = None
    waits: bool = False
