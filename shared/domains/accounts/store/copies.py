"""Copies of how many follow people, and whom they follow, in the rows that a login reads. What is exact is in `counts`.

The keys of these rows are names, so nobody who knows a name alone could read the numbers with them in one call.
"""

from collections.abc import Sequence
from typing import Any

from shared.base import clock, counts
from shared.base.aws import client
from shared.base.settings import setting
from shared.base.tables import READ_SECONDS, answering, read_together
from shared.base.transactions import past_conflicts
from shared.contract.resources import USER_NAMES
from shared.domains.accounts.rules.counted import packed
from shared.domains.accounts.rules.names import email_key, username_key
from shared.domains.accounts.store import numbers
from shared.domains.accounts.store.people import key, table

TOGETHER = 100 // (counts.SHARDS + 1)
"""People whose names and numbers one call reads."""

_NAMES = tuple(USER_NAMES.split())


def copy_numbers(user_ids: Sequence[str]) -> set[str]:
    """Copy the numbers of at most `TOGETHER` people, as they are now. Those who were renamed meanwhile come back.

    One read, and two writes for each; another read where some are refused. Neither a copy that was read later is
    replaced, nor that of a name which is somebody else's. Who is gone gets none.
    Needs COUNTS.batch_get, USERS.update, and USERS.batch_get of USER_NAMES.
    """
    as_of = clock.timestamp()
    keys = [one for user_id in user_ids for one in counts.keys(numbers.subject(user_id))]
    with answering("Accounts"):
        found = read_together(
            {table(): [key(user_id) for user_id in user_ids], counts.table(): keys}, {table(): _NAMES}
        )
        refused = {row["user_id"]["S"]: row for row in found[table()] if not _copied(row, found[counts.table()], as_of)}
        now = read_together({table(): [key(user_id) for user_id in refused]}, {table(): _NAMES})[table()]
    return {row["user_id"]["S"] for row in now if row != refused[row["user_id"]["S"]]}


def _copied(row: dict[str, Any], counted: list[dict[str, Any]], as_of: str) -> bool:
    user_id = row["user_id"]["S"]
    text = packed(numbers.of(user_id, counted), as_of)
    names = (username_key(row["username"]["S"]), email_key(row["email"]["S"]))
    kept = [_kept(name, user_id, text) for name in names]  # both are tried
    return all(kept)


def _kept(name: str, user_id: str, text: str) -> bool:
    dynamodb = client("dynamodb", READ_SECONDS)
    update = {
        "TableName": setting("USERS_TABLE"),
        "Key": {"pk": {"S": name}},
        "UpdateExpression": "SET counted = :text",
        "ConditionExpression": (
            "user_id = :user AND attribute_not_exists(closed_at)"
            " AND (attribute_not_exists(counted) OR counted <= :text)"
        ),
        "ExpressionAttributeValues": {":text": {"S": text}, ":user": {"S": user_id}},
    }
    try:
        past_conflicts(lambda: dynamodb.update_item(**update))
    except dynamodb.exceptions.ConditionalCheckFailedException:
        return False
    return True
