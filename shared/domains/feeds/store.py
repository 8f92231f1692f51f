"""The table `feeds`: a partition for each user, with a row for each video, and one of authors to be looked up."""

from collections.abc import Iterable, Iterator
from typing import Any

from shared.base import clock
from shared.base.aws import client
from shared.base.settings import setting
from shared.base.tables import READ_SECONDS, answering, queried, write_each
from shared.contract.limits import DAY
from shared.domains.feeds.model import MOST_PULLED, Entry, Feed

Item = dict[str, Any]

WHAT = "Feeds"
PULLED = "~"
"""The place of a user's row of authors to be looked up, each with since when they are followed. It sorts last."""

MOST_KEPT = 10 * MOST_PULLED
"""So many authors to be looked up are kept, and half of them when there are more: whoever leaves the latest ten still
has others, and the row stays small."""

KEPT_SECONDS = 365 * DAY
_SINCE = "of_"
"""Before an author's id, in the row of those to be looked up."""


class FeedStore:
    """The table. Opening it costs nothing."""

    def latest(self, user_id: str, count: int, after: str = "") -> Feed:
        """The latest `count` entries, and who is to be looked up; with `after`, a place, those after it and nobody.

        One call. Needs FEEDS.query.
        """
        condition, values = "user_id = :user", {":user": {"S": user_id}}
        if after:
            condition, values = f"{condition} AND place < :after", {**values, ":after": {"S": after}}
        items = _query(condition, values, Limit=count if after else count + 1)["Items"]
        first = items.pop(0) if items and items[0]["place"]["S"] == PULLED else None
        return Feed([_entry(item) for item in items[:count]], _pulled(first))

    def pulled(self, user_id: str) -> tuple[str, ...]:
        """Who is to be looked up. One call. Needs FEEDS.get."""
        with answering(WHAT):
            found = client("dynamodb", READ_SECONDS).get_item(TableName=table(), Key=_key(user_id, PULLED))
        return _pulled(found.get("Item"))

    def add(self, user_ids: Iterable[str], *entries: Entry) -> None:
        """Put entries into feeds; again changes nothing. A call for each 25. Needs FEEDS.batch_write."""
        ends = {"N": str(int(clock.now()) + KEPT_SECONDS)}
        more = {entry.place: {"author_id": {"S": entry.author_id}, "expires_at": ends} for entry in entries}
        requests = [
            {"PutRequest": {"Item": {**_key(user_id, place), **rest}}}
            for user_id in user_ids
            for place, rest in more.items()
        ]
        with answering(WHAT):
            write_each(table(), requests)

    def remove(self, user_ids: Iterable[str], *places: str) -> None:
        """Take entries out of feeds, or what else is in these places. A call for each 25. Needs FEEDS.batch_write."""
        requests = [{"DeleteRequest": {"Key": _key(user_id, place)}} for user_id in user_ids for place in places]
        with answering(WHAT):
            write_each(table(), requests)

    def pull(self, user_id: str, author_id: str, since: str) -> None:
        """Have an author looked up from now on. Needs FEEDS.update.

        One call; a second one takes those out who were followed first, where there are more than MOST_KEPT.
        """
        values = {":since": {"S": since}}
        row = self._change_pulled(user_id, {author_id}, "SET #0 = :since", ExpressionAttributeValues=values)
        since_when = _since(row)
        if len(since_when) > MOST_KEPT:
            self._forget(user_id, set(since_when) - set(_latest(since_when, MOST_KEPT // 2)))

    def leave(self, user_id: str, author_id: str) -> None:
        """Have them not looked up any more. Needs FEEDS.update."""
        self._change_pulled(user_id, {author_id}, "REMOVE #0", ConditionExpression="attribute_exists(#0)")

    def _forget(self, user_id: str, author_ids: set[str]) -> None:
        names = ", ".join(f"#{number}" for number in range(len(author_ids)))
        self._change_pulled(user_id, author_ids, f"REMOVE {names}", ConditionExpression="attribute_exists(#0)")

    @staticmethod
    def _change_pulled(user_id: str, author_ids: set[str], change: str, **more: Any) -> Item:
        """The row after it; {} where the condition did not hold."""
        dynamodb = client("dynamodb", READ_SECONDS)
        with answering(WHAT):
            try:
                found: Item = dynamodb.update_item(
                    TableName=table(),
                    Key=_key(user_id, PULLED),
                    UpdateExpression=change,
                    ExpressionAttributeNames={f"#{number}": f"{_SINCE}{one}" for number, one in enumerate(author_ids)},
                    ReturnValues="ALL_NEW",
                    **more,
                )
            except dynamodb.exceptions.ConditionalCheckFailedException:
                return {}
        return found["Attributes"]

    def of_author(self, user_id: str, author_id: str) -> Iterator[Entry]:
        """An author's videos in a feed: a call for each megabyte of the feed. Needs FEEDS.query."""
        with answering(WHAT):
            found = queried(
                TableName=table(),
                KeyConditionExpression="user_id = :user",
                FilterExpression="author_id = :author",
                ExpressionAttributeValues={":user": {"S": user_id}, ":author": {"S": author_id}},
                ConsistentRead=True,
            )
            yield from map(_entry, found)

    def places(self, user_id: str, count: int) -> list[str]:
        """Where something lies in a feed, so much of it. One call. Needs FEEDS.query."""
        found = _query("user_id = :user", {":user": {"S": user_id}}, ConsistentRead=True, Limit=count)
        return [item["place"]["S"] for item in found["Items"]]


def removal(user_id: str, place: str) -> Item:
    """The part of a transaction that takes away what lies in a place. Needs FEEDS.delete."""
    return {"Delete": {"TableName": table(), "Key": _key(user_id, place)}}


def table() -> str:
    """The table's name."""
    return setting("FEEDS_TABLE")


def _query(condition: str, values: Item, **more: Any) -> Item:
    with answering(WHAT):
        found: Item = client("dynamodb", READ_SECONDS).query(
            TableName=table(),
            KeyConditionExpression=condition,
            ExpressionAttributeValues=values,
            ScanIndexForward=False,
            **more,
        )
    return found


def _key(user_id: str, place: str) -> Item:
    return {"user_id": {"S": user_id}, "place": {"S": place}}


def _entry(item: Item) -> Entry:
    return Entry(item["place"]["S"], item["author_id"]["S"])


def _pulled(item: Item | None) -> tuple[str, ...]:
    return _latest(_since(item or {}), MOST_PULLED)


def _since(row: Item) -> dict[str, str]:
    """Author -> since when they are followed, in the row of those to be looked up."""
    return {name.removeprefix(_SINCE): value["S"] for name, value in row.items() if name.startswith(_SINCE)}


def _latest(since: dict[str, str], count: int) -> tuple[str, ...]:
    return tuple(sorted(since, key=lambda author_id: since[author_id], reverse=True)[:count])
