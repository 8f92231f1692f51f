"""What is counted of users, in the table `counts`, and how a user shows it."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from shared.base import counts
from shared.base.tables import answering, read_together
from shared.domains.accounts.model import Numbers, User


def subject(user_id: str) -> str:
    """Under what a user's numbers are kept."""
    return f"user#{user_id}"


def of(user_id: str, items: Iterable[dict[str, Any]]) -> Numbers:
    """A user's numbers among items of the table; what nobody has counted is 0."""
    known = counts.total(items).get(subject(user_id), {})
    return Numbers(**{name: known.get(name, 0) for name in Numbers.__dataclass_fields__})


def read(user_id: str) -> Numbers:
    """A user's numbers: one call."""
    with answering("Accounts"):
        found = read_together({counts.table(): counts.keys(subject(user_id))})
    return of(user_id, found[counts.table()])


def shown_with(user: User, numbers: Numbers) -> User:
    """The user with how many follow them, and whom they follow."""
    return replace(user, follower_count=numbers.followers, following_count=numbers.following)
