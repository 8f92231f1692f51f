"""Named rate limits. A request pays from every bucket that applies to it."""

from dataclasses import dataclass
from enum import StrEnum

MINUTE = 60
HOUR = 3600
DAY = 86400


class Subject(StrEnum):
    """Whose requests a bucket counts; an owner is known to the endpoint's service alone, which pays where it writes."""

    ADDRESS = "address"
    USER = "user"
    OWNER = "owner"


@dataclass(frozen=True)
class Limit:
    """At most `amount` requests in a window of `seconds` for each subject; exact, one conditional write a request."""

    bucket: str
    amount: int
    seconds: int
    subject: Subject


def per_address(bucket: str, amount: int, seconds: int) -> Limit:
    """A limit on a client's address; endpoints that name the same bucket share it."""
    return Limit(bucket, amount, seconds, Subject.ADDRESS)


def per_user(bucket: str, amount: int, seconds: int) -> Limit:
    """A limit on a user; endpoints that name the same bucket share it."""
    return Limit(bucket, amount, seconds, Subject.USER)


REFRESH = Limit("refresh", 20, MINUTE, Subject.OWNER)
EXPORTS = Limit("exports", 3, DAY, Subject.OWNER)
LIKES = Limit("likes", 100, MINUTE, Subject.OWNER)
"""Changes of mind, about videos and comments together; to think what one thinks takes nothing."""
COMMENTING = Limit("comments", 30, HOUR, Subject.OWNER)
CONNECTING = per_address("connecting", 60, MINUTE)
TICKETS = per_user("tickets", 30, MINUTE)
AUTH = per_address("auth", 10, MINUTE)
