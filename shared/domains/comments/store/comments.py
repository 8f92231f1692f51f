"""Reading comments. Each method is one call of DynamoDB."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from shared.base.aws import client
from shared.base.settings import setting
from shared.base.tables import READ_SECONDS, answering, read_together
from shared.domains.comments.model import Comment, Report, Sort
from shared.domains.comments.store.rows import REPORT, Item, key, replies_of, table, to_comment, to_report

Items = dict[str, list[Item]]
"""Table name -> keys of items, or items."""

WHAT = "Comments"


@dataclass(frozen=True)
class Entry:
    """A comment in an index: where it stands there, and the video that it is on."""

    comment_id: str
    position: str
    video_id: str


class CommentStore:
    """The comments of the stage. Opening it costs nothing."""

    @classmethod
    def open(cls) -> "CommentStore":
        """The stage's."""
        return cls()

    def get(self, comment_id: str) -> Comment | None:
        """A comment as of now, or None. Needs COMMENTS.get."""
        with answering(WHAT):
            found = client("dynamodb", READ_SECONDS).get_item(
                TableName=table(), Key=key(comment_id), ConsistentRead=True
            )
        return to_comment(found["Item"]) if "Item" in found else None

    def get_with(self, comment_id: str, others: Items) -> tuple[Comment | None, Items]:
        """A comment as of now, or None, and items of other tables, in one call. Needs COMMENTS.batch_get.

        others  as for `read_together`
        """
        with answering(WHAT):
            found = read_together({**wanted([comment_id]), **others})
        return by_id(found).get(comment_id), found

    def many(self, comment_ids: list[str]) -> list[Comment]:
        """Those of at most 100 comments that there are; no call when none is asked for. Needs COMMENTS.batch_get."""
        return self.rows(comment_ids)[0]

    def rows(self, ids: list[str]) -> tuple[list[Comment], list[Report]]:
        """The same of comments and reports."""
        if not ids:
            return [], []
        with answering(WHAT):
            items = read_together(wanted(dict.fromkeys(ids)))[table()]
        reports = [item for item in items if item["comment_id"]["S"].startswith(REPORT)]
        return [to_comment(item) for item in items if item not in reports], [to_report(item) for item in reports]

    def ids_of(self, user_id: str, count: int, after: str = "") -> list[str]:
        """Rows of a user's after one of them: what they wrote, removed and reported. Needs the index by_author."""
        condition = "author_id = :user" + (" AND comment_id > :after" if after else "")
        values = {":user": {"S": user_id}, **({":after": {"S": after}} if after else {})}
        with answering(WHAT):
            found = client("dynamodb", READ_SECONDS).query(
                TableName=table(),
                IndexName="by_author",
                KeyConditionExpression=condition,
                ExpressionAttributeValues=values,
                Limit=count,
            )
        return [item["comment_id"]["S"] for item in found["Items"]]

    def entries(self, thread: str, sort: Sort, count: int, after: str = "") -> list[Entry]:
        """The first `count` of a thread in an order, or of those after a position. Needs the index of the order.

        Of few bytes each, so that a thousand of them are a fraction of what one answer of DynamoDB holds.
        """
        index, name, position = _INDEXES[sort]
        is_rising = sort is Sort.OLDEST
        names, values, condition = {"#thread": name}, {":thread": {"S": thread}}, "#thread = :thread"
        if after:
            condition += f" AND #position {'>' if is_rising else '<'} :after"
            names["#position"], values[":after"] = position, {"S": after}
        with answering(WHAT):
            found = client("dynamodb", READ_SECONDS).query(
                TableName=table(),
                IndexName=index,
                KeyConditionExpression=condition,
                ExpressionAttributeNames=names,
                ExpressionAttributeValues=values,
                ScanIndexForward=is_rising,
                Limit=count,
            )
        return [_entry(item, position) for item in found["Items"]]

    def entries_within(self, thread: str, beginning: str, count: int) -> list[Entry]:
        """The first `count` of a thread whose ids begin so. Needs the index by_thread."""
        index, name, position = _INDEXES[Sort.OLDEST]
        with answering(WHAT):
            found = client("dynamodb", READ_SECONDS).query(
                TableName=table(),
                IndexName=index,
                KeyConditionExpression="#thread = :thread AND begins_with(#position, :beginning)",
                ExpressionAttributeNames={"#thread": name, "#position": position},
                ExpressionAttributeValues={":thread": {"S": thread}, ":beginning": {"S": beginning}},
                Limit=count,
            )
        return [_entry(item, position) for item in found["Items"]]


_INDEXES = {
    Sort.NEWEST: ("by_thread", "thread", "comment_id"),
    Sort.OLDEST: ("by_thread", "thread", "comment_id"),
    Sort.TOP: ("by_rank", "ranked_thread", "rank"),
}
"""Order -> index, and its two keys."""


def _entry(item: Item, position: str) -> Entry:
    return Entry(item["comment_id"]["S"], item[position]["S"], item.get("video_id", {"S": ""})["S"])


def wanted(comment_ids: Iterable[str]) -> Items:
    """What `read_together` is asked for to get comments. Needs COMMENTS.batch_get."""
    keys = [key(comment_id) for comment_id in comment_ids]
    return {table(): keys} if keys else {}


def by_id(found: dict[str, list[Item]]) -> dict[str, Comment]:
    """Id -> comment, of what `read_together` answered."""
    return {item["comment_id"]["S"]: to_comment(item) for item in found.get(table(), ())}


def opinions(user_id: str, comment_ids: Iterable[str]) -> Items:
    """What `read_together` is asked for to know what somebody thinks of comments. Needs REACTIONS.batch_get."""
    keys: list[Any] = [{"user_id": {"S": user_id}, "target": {"S": replies_of(one)}} for one in comment_ids]
    return {_reactions(): keys} if user_id and keys else {}


def opinions_by_id(found: Items) -> dict[str, str]:
    """Comment's id -> "like" or "dislike", of what `read_together` answered."""
    return {item["target"]["S"].partition("#")[2]: item["reaction"]["S"] for item in found.get(_reactions(), ())}


def _reactions() -> str:
    return setting("REACTIONS_TABLE")
