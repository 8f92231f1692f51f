"""Counters in the table `operations`: numbers that change in the transactions that change what they count."""

from typing import Any

from shared.base.settings import setting

STATUS = "status_"
"""Before the name of a status, the counter of what is in it."""


def adding(key: str, changes: dict[str, int]) -> dict[str, Any]:
    """The part of a DynamoDB transaction that adds to the numbers of a counter's item. Needs OPERATIONS.update."""
    return adding_to(setting("OPERATIONS_TABLE"), {"pk": {"S": key}}, changes)


def adding_to(table: str, key: dict[str, Any], changes: dict[str, int]) -> dict[str, Any]:
    """The same for an item of any table."""
    added = {name: change for name, change in changes.items() if change}
    if not added:
        raise ValueError(f"nothing to count under {key}")
    return {
        "Update": {
            "TableName": table,
            "Key": key,
            "UpdateExpression": "ADD " + ", ".join(f"#{number} :{number}" for number in range(len(added))),
            "ExpressionAttributeNames": {f"#{number}": name for number, name in enumerate(added)},
            "ExpressionAttributeValues": {
                f":{number}": {"N": str(change)} for number, change in enumerate(added.values())
            },
        }
    }


def statuses(item: dict[str, Any]) -> dict[str, int]:
    """The counters of statuses among the numbers of an item in DynamoDB's JSON."""
    return {name.removeprefix(STATUS): int(value["N"]) for name, value in item.items() if name.startswith(STATUS)}
