"""The table of reactions: a row for each thing that somebody likes or dislikes, in a partition of theirs."""

from typing import Any

from shared.base import clock
from shared.base.aws import client
from shared.base.settings import setting
from shared.base.tables import READ_SECONDS, answering
from shared.domains.reactions.model import Opinion, Reaction

Items = dict[str, list[dict[str, Any]]]

WHAT = "Reactions"


def wanted(user_id: str, target: str) -> Items:
    """What `read_together` is asked for to know what somebody thinks of a target. Needs REACTIONS.batch_get.

    target  `video#` or `comment#` and its id
    """
    return {_table(): [_key(user_id, target)]}


def found(items: Items) -> Reaction | None:
    """What they think, by what `read_together` answered."""
    return next((Reaction(item["reaction"]["S"]) for item in items[_table()]), None)


def opinions(user_id: str, count: int, after: str = "") -> list[Opinion]:
    """What somebody thinks of up to `count` targets, those after one of them. One call. Needs REACTIONS.query."""
    condition = "user_id = :user" + (" AND target > :after" if after else "")
    values = {":user": {"S": user_id}, **({":after": {"S": after}} if after else {})}
    with answering(WHAT):
        answered = client("dynamodb", READ_SECONDS).query(
            TableName=_table(),
            KeyConditionExpression=condition,
            ExpressionAttributeValues=values,
            ConsistentRead=True,
            Limit=count,
        )
    return [_opinion(item) for item in answered["Items"]]


def _opinion(item: dict[str, Any]) -> Opinion:
    return Opinion(item["target"]["S"], Reaction(item["reaction"]["S"]), item["reacted_at"]["S"])


def change(user_id: str, target: str, before: Reaction | None, after: Reaction | None) -> dict[str, Any]:
    """The part of a transaction that changes a mind, on the condition that it is as was read.

    Needs REACTIONS.put, and REACTIONS.delete when nothing is thought after it.
    """
    row = {"TableName": _table(), **_condition(before)}
    if after is None:
        return {"Delete": {**row, "Key": _key(user_id, target)}}
    item = {**_key(user_id, target), "reaction": {"S": str(after)}, "reacted_at": {"S": clock.timestamp()}}
    return {"Put": {**row, "Item": item}}


def _condition(before: Reaction | None) -> dict[str, Any]:
    if before is None:
        return {"ConditionExpression": "attribute_not_exists(target)"}
    return {"ConditionExpression": "reaction = :before", "ExpressionAttributeValues": {":before": {"S": str(before)}}}


def _table() -> str:
    return setting("REACTIONS_TABLE")


def _key(user_id: str, target: str) -> dict[str, Any]:
    return {"user_id": {"S": user_id}, "target": {"S": target}}
