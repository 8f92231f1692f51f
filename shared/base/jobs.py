"""How many jobs are in which status: counters in the table `operations`, moved together with the jobs themselves.

They lie in SHARDS items, since transactions on one item exclude one another.
"""

from collections.abc import Iterable
from typing import Any
from zlib import crc32

from shared.base.settings import setting

SHARDS = 8
KEYS = tuple(f"jobs#{number}" for number in range(SHARDS))
_PREFIX = "status_"


def count_job(job_id: str, before: str, after: str) -> dict[str, Any]:
    """The part of a DynamoDB transaction that counts a job's move from one status to another; "" is nowhere.

    It belongs into the transaction that changes the job itself, so that each move counts once. Needs OPERATIONS.update.
    """
    moves = {name: change for name, change in ((before, -1), (after, 1)) if name}
    if before == after or not moves:
        raise ValueError(f"no move from {before!r} to {after!r}")
    aliases = {f"#{number}": _PREFIX + name for number, name in enumerate(moves)}
    values = {f":{number}": {"N": str(change)} for number, change in enumerate(moves.values())}
    return {
        "Update": {
            "TableName": setting("OPERATIONS_TABLE"),
            "Key": {"pk": {"S": KEYS[crc32(job_id.encode()) % SHARDS]}},
            "UpdateExpression": "ADD " + ", ".join(f"#{number} :{number}" for number in range(len(moves))),
            "ExpressionAttributeNames": aliases,
            "ExpressionAttributeValues": values,
        }
    }


def sum_jobs(items: Iterable[dict[str, Any]]) -> dict[str, int]:
    """Jobs by status, of the items under KEYS in DynamoDB's JSON."""
    counts: dict[str, int] = {}
    for item in items:
        for name, value in item.items():
            if name.startswith(_PREFIX):
                status = name.removeprefix(_PREFIX)
                counts[status] = counts.get(status, 0) + int(value["N"])
    return counts
