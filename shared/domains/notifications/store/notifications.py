"""Reading notifications. Each method is one call of DynamoDB."""

from collections.abc import Iterable
from dataclasses import dataclass

from shared.base.aws import client
from shared.base.tables import READ_SECONDS, answering, read_together
from shared.domains.accounts.model import Notifications
from shared.domains.accounts.store import people
from shared.domains.notifications.model import Box, Notification, Wish
from shared.domains.notifications.rules.days import oldest
from shared.domains.notifications.store.rows import BOX, WHAT, Item, key, place, table, to_box, to_notification
from shared.domains.notifications.store.writes import reading_all

MOST_WISHES = 33
"""As many are looked at in one call, which reads a hundred items."""


@dataclass(frozen=True)
class Seen:
    """What there is, as of now: (user id, notification id) -> notification; and by user the box and what they want."""

    notifications: dict[tuple[str, str], Notification]
    boxes: dict[str, Box]
    wanted: dict[str, Notifications]


class NotificationStore:
    """The table. Opening it costs nothing."""

    def look(self, wishes: Iterable[Wish]) -> Seen:
        """What is known of those who may be told. Needs NOTIFICATIONS.batch_get, and `settings` of people."""
        keys = {(one.user_id, name): None for one in wishes for name in (one.notification_id, BOX)}
        users = dict.fromkeys(user_id for user_id, _ in keys)
        wanted = {table(): [key(*one) for one in keys], people.table(): [people.key(user_id) for user_id in users]}
        with answering(WHAT):
            found = read_together(wanted, {people.table(): people.SETTINGS})
        return Seen(*_sorted(found[table()], users), people.notified(found[people.table()]))

    def some(self, user_id: str, ids: Iterable[str]) -> tuple[list[Notification], Box]:
        """Those of at most 99 notifications of a user that there are, and their box. Needs NOTIFICATIONS.batch_get."""
        with answering(WHAT):
            found = read_together({table(): [key(user_id, one) for one in dict.fromkeys((*ids, BOX))]})
        notifications, boxes = _sorted(found[table()], [user_id])
        return list(notifications.values()), boxes[user_id]

    def latest(self, user_id: str, count: int, after: str = "") -> list[Notification]:
        """The latest `count` of those that are listed, a moment behind; `after` is the place of the one before.

        One that is kept no longer has none after it: DynamoDB would refuse such a place.
        Needs the index by_time.
        """
        if after and after < oldest():
            return []
        values = {":user": {"S": user_id}, ":oldest": {"S": oldest()}}
        start: Item = {}
        if after:
            last = {**key(user_id, after.partition("#")[2]), "listed": {"S": user_id}, "noticed_at": {"S": after}}
            start = {"ExclusiveStartKey": last}
        with answering(WHAT):
            found = client("dynamodb", READ_SECONDS).query(
                TableName=table(),
                IndexName="by_time",
                KeyConditionExpression="#listed = :user AND noticed_at >= :oldest",
                ExpressionAttributeNames={"#listed": "listed"},
                ExpressionAttributeValues=values,
                ScanIndexForward=False,
                Limit=count,
                **start,
            )
        return [to_notification({**item, "listed": {"S": user_id}}) for item in found["Items"]]

    def about(self, video_id: str, count: int, comment_id: str = "", after: Item | None = None) -> list[Item]:
        """Keys of what tells of comments on a video, or of one of them, listed or not. Needs the index by_video."""
        condition, values = "video_id = :video", {":video": {"S": video_id}}
        if comment_id:
            condition, values = f"{condition} AND comment_id = :comment", {**values, ":comment": {"S": comment_id}}
        with answering(WHAT):
            found = client("dynamodb", READ_SECONDS).query(
                TableName=table(),
                IndexName="by_video",
                KeyConditionExpression=condition,
                ExpressionAttributeValues=values,
                Limit=count,
                **({"ExclusiveStartKey": after} if after else {}),
            )
        return list(found["Items"])

    def read_all(self, user_id: str) -> None:
        """Mark all as read that there are. Needs NOTIFICATIONS.update."""
        with answering(WHAT):
            client("dynamodb", READ_SECONDS).update_item(**reading_all(user_id))

    def rows(self, user_id: str, count: int, after: str = "") -> list[Item]:
        """The first `count` rows of a user's, after one of them, whatever they are. Needs NOTIFICATIONS.query."""
        condition = "user_id = :user" + (" AND notification_id > :after" if after else "")
        values = {":user": {"S": user_id}, **({":after": {"S": after}} if after else {})}
        with answering(WHAT):
            found = client("dynamodb", READ_SECONDS).query(
                TableName=table(),
                KeyConditionExpression=condition,
                ExpressionAttributeValues=values,
                ConsistentRead=True,
                Limit=count,
            )
        return list(found["Items"])


def place_of(notification: Notification) -> str:
    """Where a notification stands among those of its user."""
    return place(notification.noticed_at, notification.id)


def _sorted(items: list[Item], users: Iterable[str]) -> tuple[dict[tuple[str, str], Notification], dict[str, Box]]:
    """Notifications, and the box of each user."""
    rows = {(item["user_id"]["S"], item["notification_id"]["S"]): item for item in items}
    boxes = {user_id: to_box(rows.pop((user_id, BOX), None)) for user_id in users}
    return {name: to_notification(item) for name, item in rows.items()}, boxes
