"""What an owner has used in a month, from three tables: one call of DynamoDB."""

from dataclasses import dataclass
from typing import Any

from shared.base import clock, request_counts
from shared.base.aws import client
from shared.base.settings import setting
from shared.base.tables import READ_SECONDS, answering, read_together
from shared.domains.jobs.model import Account, Month
from shared.domains.jobs.rules.keys import MONTH, account_key, month_key
from shared.domains.jobs.store.expressions import item_of
from shared.domains.jobs.store.rows import to_account, to_month
from shared.domains.videos.model import Collection
from shared.domains.videos.store.collections import collection_key, to_collection


@dataclass(frozen=True)
class Used:
    """An owner's books, their videos in numbers, and the requests of the month so far."""

    account: Account
    month: Month
    collection: Collection
    requests: int


def months(owner_id: str) -> dict[str, Month]:
    """Month (2026-01) -> what an owner has used in it. One call a megabyte."""
    found: dict[str, Month] = {}
    pages = client("dynamodb", READ_SECONDS).get_paginator("query")
    with answering("Usage"):
        for page in pages.paginate(
            TableName=setting("JOBS_TABLE"),
            KeyConditionExpression="pk = :pk AND begins_with(sk, :month)",
            ExpressionAttributeValues={":pk": {"S": account_key(owner_id)["pk"]}, ":month": {"S": MONTH}},
            ConsistentRead=True,
        ):
            found |= {item["sk"]["S"].removeprefix(MONTH): to_month(item, "") for item in page["Items"]}
    return found


class UsageStore:
    """Numbers of owners in the tables `jobs`, `operations` and `limits`."""

    def read(self, owner_id: str, first: float, now: float) -> Used:
        """What an owner has used between two moments (epoch seconds) of one month."""
        day = clock.day(now)
        account, month = account_key(owner_id), month_key(owner_id, day)
        jobs, limits, operations = (setting(f"{name}_TABLE") for name in ("JOBS", "LIMITS", "OPERATIONS"))
        with answering("Usage"):
            found = read_together(
                {
                    jobs: [item_of({**account}), item_of({**month})],
                    operations: [{"pk": {"S": collection_key(owner_id)}}],
                    limits: [{"bucket": {"S": one}} for one in request_counts.buckets(owner_id, first, now)],
                }
            )
        books: dict[str, dict[str, Any]] = {item["sk"]["S"]: item for item in found[jobs]}
        return Used(
            to_account(books.get(account["sk"], {})),
            to_month(books.get(month["sk"], {}), day),
            to_collection(next(iter(found[operations]), {})),
            sum(map(request_counts.requests, found[limits])),
        )
