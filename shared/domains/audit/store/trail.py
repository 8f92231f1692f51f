"""Reads the audit trail; `shared.base.audit` is what adds to it."""

from collections.abc import Iterator
from typing import Any

from shared.base import clock
from shared.base.audit import MONTH_LENGTH, TABLE_VARIABLE
from shared.base.aws import client
from shared.base.ids import bounds
from shared.base.settings import setting
from shared.base.tables import READ_SECONDS, answering, queried
from shared.domains.audit.model import Entry
from shared.domains.audit.rules import FIRST_MONTH, month_after, span

Item = dict[str, Any]
_TEXTS = "at action target actor acting_as key_id address route request_id result".split()


class AuditStore:
    """The trail. Opening it costs nothing."""

    @classmethod
    def open(cls) -> "AuditStore":
        """The stage's trail."""
        return cls()

    def of_month(self, month: str, after: str, count: int) -> list[Entry]:
        """Entries of a month (2026-01), the latest first. One call a megabyte.

        after  the id of the entry before the first one, "" from the latest
        """
        return self._query("", "month", month, after, count)

    def of(self, attribute: str, value: str, after: str, count: int) -> list[Entry]:
        """The same of one actor, or on one target, in all months. `attribute` is "actor" or "target"."""
        return self._query(f"by_{attribute}", attribute, value, after, count)

    def of_day(self, day: str) -> Iterator[Item]:
        """All that the table holds of a day (2026-01-31), the oldest first. One call a megabyte."""
        first, last = bounds(*span(day))
        asked: Item = {
            "TableName": setting(TABLE_VARIABLE),
            "KeyConditionExpression": "#month = :month AND entry_id BETWEEN :first AND :last",
            "ExpressionAttributeNames": {"#month": "month"},
            "ExpressionAttributeValues": {
                ":month": {"S": day[:MONTH_LENGTH]},
                ":first": {"S": first},
                ":last": {"S": last},
            },
            "ConsistentRead": True,
        }
        with answering("The audit trail"):
            for page in client("dynamodb", READ_SECONDS).get_paginator("query").paginate(**asked):
                yield from page["Items"]

    def first_day(self) -> str:
        """The day of the oldest entry; "" when there is none. One call for each month since FIRST_MONTH."""
        month, this_month = FIRST_MONTH, clock.timestamp()[:MONTH_LENGTH]
        while month <= this_month:
            if oldest := self._oldest_of(month):
                return oldest[: len("2026-01-31")]
            month = month_after(month)
        return ""

    def has_strays(self, month: str) -> bool:
        """Whether a month's partition holds ids that are of none of its days. Two calls."""
        first, last = bounds(span(f"{month}-01")[0], span(f"{month_after(month)}-01")[0] - 0.001)
        outside = (("entry_id < :bound", first), ("entry_id > :bound", last))
        return any(self._holds(month, condition, bound) for condition, bound in outside)

    @staticmethod
    def _holds(month: str, condition: str, bound: str) -> bool:
        with answering("The audit trail"):
            found = client("dynamodb", READ_SECONDS).query(
                TableName=setting(TABLE_VARIABLE),
                KeyConditionExpression=f"#month = :month AND {condition}",
                ExpressionAttributeNames={"#month": "month"},
                ExpressionAttributeValues={":month": {"S": month}, ":bound": {"S": bound}},
                ConsistentRead=True,
                Limit=1,
            )
        return bool(found["Items"])

    @staticmethod
    def _oldest_of(month: str) -> str:
        """When the first entry of a month was made; "" when there is none."""
        with answering("The audit trail"):
            found = client("dynamodb", READ_SECONDS).query(
                TableName=setting(TABLE_VARIABLE),
                KeyConditionExpression="#month = :month",
                ExpressionAttributeNames={"#month": "month"},
                ExpressionAttributeValues={":month": {"S": month}},
                ConsistentRead=True,
                Limit=1,
            )
        return next((str(item["at"]["S"]) for item in found["Items"]), "")

    @staticmethod
    def _query(index: str, key: str, value: str, after: str, count: int) -> list[Entry]:
        condition, values = "#key = :value", {":value": {"S": value}}
        if after:
            condition, values = f"{condition} AND entry_id < :after", values | {":after": {"S": after}}
        with answering("The audit trail"):
            found = queried(
                count,
                TableName=setting(TABLE_VARIABLE),
                KeyConditionExpression=condition,
                ExpressionAttributeNames={"#key": key},
                ExpressionAttributeValues=values,
                ScanIndexForward=False,
                **({"IndexName": index} if index else {"ConsistentRead": True}),
            )
            return list(map(_to_entry, found))


def _to_entry(item: Item) -> Entry:
    texts = {name: item[name]["S"] if name in item else "" for name in _TEXTS}
    details = {name: value["S"] for name, value in item.get("details", {"M": {}})["M"].items()}
    return Entry(id=item["entry_id"]["S"], details=details, **texts)
