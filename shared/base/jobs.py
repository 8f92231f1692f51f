"""How many jobs are in which status: counters in the table `operations`, moved together with the jobs themselves.

They lie in SHARDS items, since transactions on one item exclude one another.
"""

from collections.abc import Iterable
from typing import Any
from zlib import crc32

from shared.base.counters import STATUS, adding, statuses

SHARDS = 8
KEYS = tuple(f"jobs#{number}" for number in range(SHARDS))


def count_job(job_id: str, before: str, after: str) -> dict[str, Any]:
    """The part of a DynamoDB transaction that counts a job's move from one status to another; "" is nowhere.

    It belongs into the transaction that changes the job itself, so that each move counts once. Needs OPERATIONS.update.
    """
    moves = {STATUS + name: change for name, change in ((before, -1), (after, 1)) if name}
    if before == after or not moves:
        raise ValueError(f"no move from {before!r} to {after!r}")
    return adding(KEYS[crc32(job_id.encode()) % SHARDS], moves)


def sum_jobs(items: Iterable[dict[str, Any]]) -> dict[str, int]:
    """Jobs by status, of the items under KEYS in DynamoDB's JSON."""
    counts: dict[str, int] = {}
    for item in items:
        for status, number in statuses(item).items():
            counts[status] = counts.get(status, 0) + number
    return counts
