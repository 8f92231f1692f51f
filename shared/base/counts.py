"""Exact numbers of a video or a user: likes, comments, followers. They lie in the table `counts`.

They change in the transactions that change what they count. Transactions on one item exclude one another, so each
subject has SHARDS items, and whoever changes a number always uses the same one of them.
"""

from collections.abc import Iterable
from typing import Any
from zlib import crc32

from shared.base.counters import adding_to
from shared.base.settings import setting

SHARDS = 4


def table() -> str:
    """The real name of the table `counts`."""
    return setting("COUNTS_TABLE")


def keys(subject: str) -> list[dict[str, Any]]:
    """The keys of a subject's items, for `read_together`. Needs COUNTS.batch_get.

    subject  for example `video#` and its id
    """
    return [_key(subject, shard) for shard in range(SHARDS)]


def adding(subject: str, who: str, changes: dict[str, int]) -> dict[str, Any]:
    """The part of a transaction that adds to a subject's numbers. Needs COUNTS.update.

    who  whose doing it is, so that many can count at the same time
    """
    return adding_to(table(), _key(subject, crc32(who.encode()) % SHARDS), changes)


def first(subject: str) -> dict[str, Any]:
    """The key of the first of a subject's items, which alone has a number that is only counted there."""
    return _key(subject, 0)


def adding_first(subject: str, changes: dict[str, int]) -> dict[str, Any]:
    """The same in the first item: for what few change at a time, and lists read of many. Needs COUNTS.update."""
    return adding_to(table(), first(subject), changes)


def taking(subject: str, who: str, changes: dict[str, int]) -> dict[str, Any]:
    """The same long after it was counted, while the subject's numbers are there: what is forgotten is not made anew."""
    update = adding(subject, who, changes)["Update"]
    names = {**update["ExpressionAttributeNames"], "#of": "of"}
    there = {"ConditionExpression": "attribute_exists(#of)", "ExpressionAttributeNames": names}
    return {"Update": {**update, **there}}


def removal(subject: str) -> list[dict[str, Any]]:
    """The parts of a transaction that forget a subject's numbers. Needs COUNTS.delete."""
    return [{"Delete": {"TableName": table(), "Key": key}} for key in keys(subject)]


def total(items: Iterable[dict[str, Any]]) -> dict[str, dict[str, int]]:
    """Subject -> its numbers, of items in DynamoDB's JSON; a subject that has none is left out."""
    totals: dict[str, dict[str, int]] = {}
    for item in items:
        numbers = totals.setdefault(item["of"]["S"].rpartition("#")[0], {})
        for name, value in item.items():
            if name != "of":
                numbers[name] = numbers.get(name, 0) + int(value["N"])
    return totals


def _key(subject: str, shard: int) -> dict[str, Any]:
    return {"of": {"S": f"{subject}#{shard}"}}
