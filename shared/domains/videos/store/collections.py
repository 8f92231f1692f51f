"""What belongs to an owner: lists of their videos' cards, and these in numbers. Each method is one call of DynamoDB."""

from dataclasses import dataclass
from typing import Any

from shared.base.aws import client
from shared.base.counters import STATUS, adding, statuses
from shared.base.settings import setting
from shared.base.tables import READ_SECONDS, answering
from shared.domains.videos.model import Card, Collection, Status
from shared.domains.videos.store.rows import Listed, owner_status, to_card, to_listed

_WHAT = "Videos"
_BYTES = "bytes"
_PUBLIC = "public"


def collection_key(owner_id: str) -> str:
    """The key of an owner's collection in the table `operations`."""
    return f"videos#{owner_id}"


def to_collection(item: dict[str, Any]) -> Collection:
    """The collection of an item; an absent one has no videos."""
    counted = statuses(item)
    by_status = {status: counted.get(status, 0) for status in Status if status is not Status.DELETED}
    return Collection(by_status, *(int(item.get(name, {"N": "0"})["N"]) for name in (_BYTES, _PUBLIC)))


def count_video(
    owner_id: str, before: Status | None, after: Status, more_bytes: int = 0, more_public: int = 0
) -> dict[str, Any]:
    """The part of a transaction that counts in the owner's collection what becomes of a video.

    before       None for a new one
    more_bytes   that it stores after it, less than 0 when it stores fewer
    more_public  1 when lists show it from now on, -1 when they do not any more
    """
    moves = ((before, -1), (after, 1))
    counted = {STATUS + status: change for status, change in moves if status and status is not Status.DELETED}
    return adding(collection_key(owner_id), {**counted, _BYTES: more_bytes, _PUBLIC: more_public})


def count_public(owner_id: str, change: int) -> dict[str, Any]:
    """The same of a video whose status stays: lists show it from now on (1), or not any more (-1)."""
    return adding(collection_key(owner_id), {_PUBLIC: change})


def removal(owner_id: str) -> dict[str, Any]:
    """The part of a transaction that forgets an owner's numbers."""
    return {"Delete": {"TableName": setting("OPERATIONS_TABLE"), "Key": collection_item(owner_id)}}


Item = dict[str, Any]


@dataclass(frozen=True)
class Cards:
    """Cards in order, and whether the list goes on after them."""

    cards: list[Card]
    goes_on: bool


def collection_item(owner_id: str) -> Item:
    """The key of an owner's collection in the table `operations`, as DynamoDB takes it."""
    return {"pk": {"S": collection_key(owner_id)}}


class CollectionStore:
    """Lists of the table `videos`, and the counters of owners in the table `operations`."""

    def read(self, owner_id: str) -> Collection:
        """An owner's videos in numbers; somebody without any has none."""
        with answering(_WHAT):
            found = client("dynamodb", READ_SECONDS).get_item(
                TableName=setting("OPERATIONS_TABLE"), Key=collection_item(owner_id), ConsistentRead=True
            )
        return to_collection(found.get("Item", {}))

    def cards(
        self, owner_id: str, word: str, count: int, *, after: str = "", between: tuple[str, str] | None = None
    ) -> Cards:
        """The latest `count` of an owner's videos, or fewer when they do not fit into the megabyte of an answer.

        word     the Studio edition's for a status, "" is any
        after    the id of the video before the first one, "" from the start
        between  what their ids lie between
        """
        items, goes_on = self._query(owner_id, word, count, after=after, between=between)
        return Cards([to_card(item) for item in items], goes_on)

    def videos(self, owner_id: str, word: str, count: int, *, after: str = "") -> Listed:
        """The same as videos."""
        items, goes_on = self._query(owner_id, word, count, after=after)
        return Listed([to_listed(item) for item in items], goes_on)

    @staticmethod
    def _query(
        owner_id: str, word: str, count: int, *, after: str = "", between: tuple[str, str] | None = None
    ) -> tuple[list[Item], bool]:
        index, name = ("by_status", "owner_status") if word else ("by_owner", "listed_owner")
        partition = {"S": owner_status(owner_id, word) if word else owner_id}
        names, values = {"#key": name}, {":key": partition}
        condition = "#key = :key"
        if between:
            condition += " AND #id BETWEEN :first AND :last"
            names["#id"] = "video_id"
            values |= {":first": {"S": between[0]}, ":last": {"S": between[1]}}
        start = {"ExclusiveStartKey": {"video_id": {"S": after}, name: partition}} if after else {}
        with answering(_WHAT):
            found = client("dynamodb", READ_SECONDS).query(
                TableName=setting("VIDEOS_TABLE"),
                IndexName=index,
                KeyConditionExpression=condition,
                ExpressionAttributeNames=names,
                ExpressionAttributeValues=values,
                ScanIndexForward=False,
                Limit=count,
                **start,
            )
        return found["Items"], "LastEvaluatedKey" in found
