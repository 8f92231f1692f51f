"""Parts of transactions that write notifications, and count what is unread, each on the condition that it was so.

Needs NOTIFICATIONS.put, NOTIFICATIONS.update, NOTIFICATIONS.delete.
"""

from typing import Any

from shared.domains.notifications.model import Box, Kind, Notification
from shared.domains.notifications.rules.days import DAYS, first_day
from shared.domains.notifications.store.rows import DAY, Item, key, shown, table, to_item

Write = dict[str, Any]

_HIDDEN = ("listed", "actor_id")
_OF_VIDEOS = "video_id"
_TOMORROW = 1
"""Clocks of two machines may be on either side of midnight."""


def creation(notification: Notification) -> Write:
    """A notification that there is not yet."""
    new = {"Item": to_item(notification), "ConditionExpression": "attribute_not_exists(user_id)"}
    return {"Put": {"TableName": table(), **new}}


def return_(notification: Notification) -> Write:
    """The cause of a notification that is not listed is back; it is as read as it was."""
    return _update(notification, sets=shown(notification), condition="attribute_not_exists(#listed)")


def hiding(notification: Notification) -> Write:
    """The cause of a listed one is gone, perhaps not for ever. Of whom it told is not kept, only that it was told."""
    gone = (*_HIDDEN, *((_OF_VIDEOS,) if notification.cause.kind is Kind.VIDEO else ()))
    return _update(notification, removes=gone, condition="attribute_exists(#listed)")


def reading(notification: Notification) -> Write:
    """A listed one that is unread is read."""
    return _update(notification, sets={"read": {"BOOL": True}}, condition="attribute_exists(#listed)")


def removal(notification: Notification) -> Write:
    """Remove one, listed or not."""
    condition = f"{_as_read(notification)} AND {_as_listed(notification)}"
    names = {"#read": "read", "#listed": "listed"}
    how = {"ConditionExpression": condition, "ExpressionAttributeNames": names}
    return {"Delete": {"TableName": table(), "Key": key(notification.user_id, notification.id), **how}}


def counting(user_id: str, box: Box, changes: dict[int, int]) -> Write:
    """Add to what is unread, day by day, while nobody has marked all as read. Days that are kept no longer go."""
    names = {"#round": "round", **{f"#{day}": f"{DAY}{day}" for day in changes}}
    over = [day for day in box.unread if day < first_day() and day not in changes]
    names |= {f"#{day}": f"{DAY}{day}" for day in over}
    values: Item = {f":{day}": {"N": str(change)} for day, change in changes.items()}
    condition = "attribute_not_exists(#round)"
    if box.round:
        condition, values = "#round = :round", {**values, ":round": {"N": str(box.round)}}
    change = "ADD " + ", ".join(f"#{day} :{day}" for day in changes)
    if over:
        change += " REMOVE " + ", ".join(f"#{day}" for day in over)
    return {
        "Update": {
            "TableName": table(),
            "Key": key(user_id),
            "UpdateExpression": change,
            "ConditionExpression": condition,
            "ExpressionAttributeNames": names,
            "ExpressionAttributeValues": values,
        }
    }


def reading_all(user_id: str) -> dict[str, Any]:
    """The arguments of the update that marks all as read: what came in this round was read, and nothing is unread."""
    first = first_day()
    days = range(first - _TOMORROW, first + DAYS + _TOMORROW + 1)
    return {
        "TableName": table(),
        "Key": key(user_id),
        "UpdateExpression": "ADD #round :one REMOVE " + ", ".join(f"{DAY}{day}" for day in days),
        "ExpressionAttributeNames": {"#round": "round"},
        "ExpressionAttributeValues": {":one": {"N": "1"}},
    }


def _update(
    notification: Notification, *, condition: str, sets: Item | None = None, removes: tuple[str, ...] = ()
) -> Write:
    names = {f"#{name}": name for name in ("read", "listed", *(sets or {}), *removes)}
    change = "SET " + ", ".join(f"#{name} = :{name}" for name in sets) if sets else ""
    if removes:
        change += " REMOVE " + ", ".join(f"#{name}" for name in removes)
    return {
        "Update": {
            "TableName": table(),
            "Key": key(notification.user_id, notification.id),
            "UpdateExpression": change.strip(),
            "ConditionExpression": f"attribute_exists(user_id) AND {_as_read(notification)} AND {condition}",
            "ExpressionAttributeNames": names,
            **({"ExpressionAttributeValues": {f":{name}": value for name, value in sets.items()}} if sets else {}),
        }
    }


def _as_read(notification: Notification) -> str:
    return "attribute_exists(#read)" if notification.is_read else "attribute_not_exists(#read)"


def _as_listed(notification: Notification) -> str:
    return "attribute_exists(#listed)" if notification.is_listed else "attribute_not_exists(#listed)"
