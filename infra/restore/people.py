"""Accounts: one that was lost comes back, one that its user has deleted is erased again, others stay as they are."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from infra.restore.place import Wish, name_of
from infra.restore.rows import Row
from infra.restore.tables import digest, in_parts, read
from shared.base import clock
from shared.base.audit import Action
from shared.base.aws import client
from shared.contract.resources import USERS
from shared.domains.audit.rules import following
from shared.domains.audit.store.trail import AuditStore
from shared.domains.privacy.store.erasures import ErasureStore

OPEN_ERASURES = 1000
_CLOSED = (Action.ACCOUNT_CLOSED, Action.ACCOUNT_ERASED)


@dataclass
class People:
    """What becomes of accounts.

    back   users whose account comes back
    taken  keys of their rows that are somebody else's by now
    """

    back: set[str] = field(default_factory=set)
    taken: list[str] = field(default_factory=list)


def leavers(wish: Wish) -> set[str]:
    """Users who deleted their account since that moment, or whose erasure was not over then."""
    moment, day, today = clock.timestamp(wish.at), clock.day(wish.at), clock.day()
    found, trail = set(ErasureStore.open().open_work(OPEN_ERASURES)), AuditStore.open()
    while day <= today:
        entries = (entry for entry in trail.of_day(day) if entry["at"]["S"] >= moment)
        found |= {entry["target"]["S"] for entry in entries if entry["action"]["S"] in _CLOSED}
        day = following(day)
    return found


def bring_back(wish: Wish, rows: Callable[[], Iterable[Row]], gone: set[str]) -> People:
    """Write the rows of accounts that were there and are not.

    rows  reads those of the table `users` of that moment
    gone  users who do not come back
    """
    accounts = (row for row in rows() if row["pk"]["S"] == f"user#{_user_of(row)}")
    people = People()
    for some in in_parts(accounts):
        now = read(USERS, some)
        missing = {row["user_id"]["S"] for row in some if digest(USERS, row) not in now}
        people.back |= missing - gone
    for row in rows():
        if _user_of(row) in people.back and wish.is_real and not _added(row):
            people.taken.append(row["pk"]["S"])
    return people


def _user_of(row: Row) -> str:
    """Whose row it is; "" of one that only says that somebody of Clerk's is gone."""
    return str(row["user_id"]["S"]) if "user_id" in row else ""


def _added(row: Row) -> bool:
    table = client("dynamodb")
    try:
        table.put_item(
            TableName=name_of(USERS),
            Item=row,
            ConditionExpression="attribute_not_exists(pk) OR user_id = :user",
            ExpressionAttributeValues={":user": row["user_id"]},
        )
    except table.exceptions.ConditionalCheckFailedException:
        return False
    return True
