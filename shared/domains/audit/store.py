"""Reads the audit trail; `shared.base.audit` is what adds to it."""

from typing import Any

from shared.base.audit import TABLE_VARIABLE
from shared.base.aws import client
from shared.base.settings import setting
from shared.base.tables import READ_SECONDS, answering
from shared.domains.audit.model import Entry

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

    @staticmethod
    def _query(index: str, key: str, value: str, after: str, count: int) -> list[Entry]:
        condition, values = "#key = :value", {":value": {"S": value}}
        if after:
            condition, values = f"{condition} AND entry_id < :after", values | {":after": {"S": after}}
        asked: Item = {
            "TableName": setting(TABLE_VARIABLE),
            "KeyConditionExpression": condition,
            "ExpressionAttributeNames": {"#key": key},
            "ExpressionAttributeValues": values,
            "ScanIndexForward": False,
            **({"IndexName": index} if index else {"ConsistentRead": True}),
        }
        items: list[Item] = []
        with answering("The audit trail"):
            while len(items) < count:
                found = client("dynamodb", READ_SECONDS).query(**asked, Limit=count - len(items))
                items += found["Items"]
                if not (last := found.get("LastEvaluatedKey")):
                    break
                asked["ExclusiveStartKey"] = last
        return [_to_entry(item) for item in items]


def _to_entry(item: Item) -> Entry:
    texts = {name: item[name]["S"] if name in item else "" for name in _TEXTS}
    details = {name: value["S"] for name, value in item.get("details", {"M": {}})["M"].items()}
    return Entry(id=item["entry_id"]["S"], details=details, **texts)
