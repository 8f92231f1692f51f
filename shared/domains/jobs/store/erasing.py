"""The rows of jobs and owners that are to be erased."""

from typing import Any

from shared.base.aws import client
from shared.base.settings import setting
from shared.base.tables import READ_SECONDS, answering
from shared.domains.jobs.rules.keys import JOB, account_key, job_key
from shared.domains.jobs.store.expressions import item_of

Key = dict[str, Any]


def removals(job_id: str, most: int) -> list[dict[str, Any]]:
    """The writes that remove `most` rows of a job at most: its ledger and what was asked for first, itself at last."""
    with answering("Jobs"):
        found = client("dynamodb", READ_SECONDS).query(
            TableName=setting("JOBS_TABLE"),
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": job_key(job_id)["pk"]}},
            ProjectionExpression="pk, sk",
            ConsistentRead=True,
            Limit=most + 1,
        )
    others = [item for item in found["Items"] if item["sk"]["S"] != JOB]
    keys = others[:most]
    if len(others) < most and len(found["Items"]) <= most and "LastEvaluatedKey" not in found:
        keys.append(item_of({**job_key(job_id)}))
    return [_removal(key) for key in keys]


def account_removal(owner_id: str) -> dict[str, Any]:
    """The write that removes an owner's account."""
    return _removal(item_of({**account_key(owner_id)}))


def _removal(key: Key) -> dict[str, Any]:
    return {"Delete": {"TableName": setting("JOBS_TABLE"), "Key": key}}
