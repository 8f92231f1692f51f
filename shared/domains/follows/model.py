"""Who follows whom."""

from dataclasses import dataclass
from enum import StrEnum

from shared.domains.accounts.model import Numbers, Person


class Side(StrEnum):
    """Which people a list is of: those who follow somebody, or those whom somebody follows."""

    FOLLOWERS = "followers"
    FOLLOWING = "following"


@dataclass(frozen=True)
class Following:
    """Whether somebody follows somebody, and how many do."""

    following: bool
    follower_count: int


@dataclass(frozen=True)
class Edge:
    """Somebody at the other end of a list, and since when (ISO 8601 in UTC)."""

    user_id: str
    followed_at: str


@dataclass(frozen=True)
class Listed:
    """Somebody in a list. `follower_count` is None when whoever reads may not see their profile."""

    person: Person
    follower_count: int | None
    followed_at: str


@dataclass(frozen=True)
class FollowPage:
    """A page of a list, the latest first. `total` counts all, also those who are not shown.

    has_prev  there are people before it
    """

    people: list[Listed]
    total: int
    next_cursor: str | None = None
    has_prev: bool = False


@dataclass(frozen=True)
class Shown:
    """Somebody as another sees them."""

    person: Person
    numbers: Numbers
