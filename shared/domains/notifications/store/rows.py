"""The table `notifications`: a row for each notification, and one of each user that counts what is unread: `box`."""

from typing import Any

from shared.base.settings import setting
from shared.domains.notifications.model import Box, Cause, Kind, Notification
from shared.domains.notifications.rules.days import day_of, ends_at

Item = dict[str, Any]

WHAT = "Notifications"
BOX = "box"
DAY = "d"
"""Before the number of a day, in a box, what is unread of it: of ninety days it fits into one write unit."""


def table() -> str:
    """The table's name."""
    return setting("NOTIFICATIONS_TABLE")


def key(user_id: str, notification_id: str = BOX) -> Item:
    """The key of a notification, or of a box."""
    return {"user_id": {"S": user_id}, "notification_id": {"S": notification_id}}


def place(noticed_at: str, notification_id: str) -> str:
    """Where a notification stands among those of its user; no two stand in one place."""
    return f"{noticed_at}#{notification_id}"


def to_item(notification: Notification) -> Item:
    """The row of a new notification."""
    ends = ends_at(day_of(notification.noticed_at))
    return {
        **key(notification.user_id, notification.id),
        **shown(notification),
        "noticed_at": {"S": place(notification.noticed_at, notification.id)},
        "round": {"N": str(notification.round)},
        "expires_at": {"N": str(ends)},
    }


def shown(notification: Notification) -> Item:
    """What a row has while it is listed."""
    cause = notification.cause
    texts = {
        "listed": notification.user_id,
        "kind": cause.kind,
        "actor_id": cause.actor_id,
        "video_id": cause.video_id,
        "comment_id": cause.comment_id,
    }
    return {name: {"S": str(text)} for name, text in texts.items() if text}


def to_notification(item: Item) -> Notification:
    """The notification of a row, or of an index's entry."""
    noticed_at = item["noticed_at"]["S"].partition("#")[0]
    return Notification(
        user_id=item["user_id"]["S"],
        id=item["notification_id"]["S"],
        cause=Cause(Kind(item["kind"]["S"]), *(_text(item, name) for name in ("actor_id", "video_id", "comment_id"))),
        noticed_at=noticed_at,
        round=int(item["round"]["N"]),
        is_read="read" in item,
        is_listed="listed" in item,
    )


def to_box(item: Item | None) -> Box:
    """The box of a row; who has none was never told anything."""
    known = item or {}
    unread = {int(name.removeprefix(DAY)): int(value["N"]) for name, value in known.items() if name.startswith(DAY)}
    return Box(int(known.get("round", {"N": "0"})["N"]), unread)


def _text(item: Item, name: str) -> str:
    return str(item.get(name, {"S": ""})["S"])
