"""What is left to be done about what somebody was told, when they leave, and what they take along."""

from collections.abc import Iterator
from typing import Any

from shared.domains.notifications.model import Notification
from shared.domains.notifications.store.notifications import NotificationStore
from shared.domains.notifications.store.rows import BOX, key, table, to_notification


def removals(user_id: str, most: int) -> tuple[int, list[dict[str, Any]]]:
    """How many notifications go, and the writes that remove as many rows of a user's, [] once nothing is left.

    One call. Needs NOTIFICATIONS.query, NOTIFICATIONS.delete.
    """
    ids = [row["notification_id"]["S"] for row in NotificationStore().rows(user_id, most)]
    writes = [{"Delete": {"TableName": table(), "Key": key(user_id, one)}} for one in ids]
    return sum(one != BOX for one in ids), writes


def all_listed(user_id: str, at_once: int) -> Iterator[Notification]:
    """All that somebody is told, in pages. Needs NOTIFICATIONS.query."""
    after = ""
    while rows := NotificationStore().rows(user_id, at_once, after):
        yield from (to_notification(row) for row in rows if "listed" in row)
        after = rows[-1]["notification_id"]["S"]
