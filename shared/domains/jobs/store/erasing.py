"""The rows of jobs and owners that are to be erased."""

from typing import Any

from shared.base.aws import client
from shared.base.settings import setting
from shared.base.tables import READ_SECONDS, answering
from shared.domains.jobs.rules.keys import JOB, account_key, job_key
from shared.domains.jobs.store.expressions import item_of

Key = dict[str, Any]


def removals(job_id: str, most: int) -> list[dict[str, Any]]:
    """The writes that remove rows of a job, about `most`: its ledger and what was asked for first, itself at last."""
    found, is_all = _keys(job_key(job_id)["pk"], most)
    others = [item for item in found if item["sk"]["S"] != JOB]
    itself = [item_of({**job_key(job_id)})] if is_all else []
    return [_removal(key) for key in (*others, *itself)]


def book_removals(owner_id: str, most: int) -> tuple[list[dict[str, Any]], bool]:
    """The writes that remove `most` rows of an owner's books at most, months and the account; whether these are all."""
    found, is_all = _keys(account_key(owner_id)["pk"], most)
    return [_removal(key) for key in found], is_all


def _keys(partition: str, most: int) -> tuple[list[Key], bool]:
    with answering("Jobs"):
        found = client("dynamodb", READ_SECONDS).query(
            TableName=setting("JOBS_TABLE"),
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": partition}},
            ProjectionExpression="pk, sk",
            ConsistentRead=True,
            Limit=most,
        )
    return found["Items"], "LastEvaluatedKey" not in found


def _removal(key: Key) -> dict[str, Any]:
    return {"Delete": {"TableName": setting("JOBS_TABLE"), "Key": key}}
