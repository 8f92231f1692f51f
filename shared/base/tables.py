"""DynamoDB tables for the stores: PynamoDB models learn their table when a store is opened, and share one client."""

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from shared.base.aws import client
from shared.base.errors import UnavailableError
from shared.base.settings import setting

READ_SECONDS = 5
READ_TRIES = 4
WRITTEN_TOGETHER = 25
WRITE_WAIT = 0.1
"""Seconds: the longest pause before the second try of what was not written; it doubles with each further one."""

_OUTAGES = {
    "InternalServerError",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "ServiceUnavailable",
    "ThrottlingException",
    "TransactionInProgressException",
}


def bind(model: Any, variable: str) -> None:
    """Tie a PynamoDB model to the table that an environment variable names. Cheap when it is tied already.

    All models use one botocore client, with the deadlines and retries of shared.base.aws: PynamoDB by itself makes one
    for each model, and making one is the dearest thing that a cold function does.
    """
    model.Meta.table_name = setting(variable)
    shared_client = client("dynamodb", READ_SECONDS)
    connection = model._get_connection().connection
    if connection._client is not shared_client:
        connection._client = shared_client


def is_outage(error: Any) -> bool:
    """Whether a PynamoDB error says that DynamoDB did not answer, or was too busy: trying again later makes sense."""
    cause = error.cause
    if cause is None:
        return False
    return getattr(cause, "response", None) is None or error.cause_response_code in _OUTAGES


@contextmanager
def answering(what: str) -> Iterator[None]:
    """Turn botocore's "DynamoDB does not answer" into 503; other faults are ours and stay what they are.

    what  cannot be reached, for example "Jobs"
    """
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") not in _OUTAGES:
            raise
        raise UnavailableError(f"{what} cannot be reached at the moment") from error
    except BotoCoreError as error:
        raise UnavailableError(f"{what} cannot be reached at the moment") from error


def queried(count: int | None = None, **asked: Any) -> Iterator[dict[str, Any]]:
    """The first `count` items that a query finds, or all: a call for each megabyte, where an answer ends.

    asked  what `Query` takes; its `Limit` bounds one answer
    """
    left = count
    while left is None or left > 0:
        bound: dict[str, Any] = {} if left is None else {"Limit": left}
        page = client("dynamodb", READ_SECONDS).query(**asked, **bound)
        yield from page["Items"]
        if "LastEvaluatedKey" not in page:
            return
        left = None if left is None else left - len(page["Items"])
        asked["ExclusiveStartKey"] = page["LastEvaluatedKey"]


def read_together(
    keys: dict[str, list[dict[str, Any]]], only: dict[str, tuple[str, ...]] | None = None, *, consistent: bool = True
) -> dict[str, list[dict[str, Any]]]:
    """The items of several tables that have these keys, as of now, in one call; what does not exist is left out.

    No call when there are no keys.
    keys        table name -> keys, as DynamoDB takes them; 100 at most in all
    only        table name -> all that is read of its items, where that is not the whole
    consistent  an inconsistent read costs half and may be a second old
    Raises UnavailableError when DynamoDB does not hand out all of them, though asked again.
    """
    wanted = {
        table: {"Keys": some, "ConsistentRead": consistent, **_projection((only or {}).get(table, ()))}
        for table, some in keys.items()
        if some
    }
    found: dict[str, list[dict[str, Any]]] = {table: [] for table in keys}
    if not wanted:
        return found
    for _ in range(READ_TRIES):
        answer = client("dynamodb", READ_SECONDS).batch_get_item(RequestItems=wanted)
        for table, items in answer["Responses"].items():
            found[table] += items
        wanted = answer.get("UnprocessedKeys") or {}
        if not wanted:
            return found
    raise UnavailableError("Too much is read at this moment")


def write_each(table: str, requests: list[dict[str, Any]]) -> None:
    """Make all of some requests (PutRequest or DeleteRequest), on condition of nothing: a call for each 25 of them.

    Each is made by itself, so that after an error some may be made and others not.
    Raises UnavailableError when DynamoDB does not make all of them, though asked again.
    """
    for first in range(0, len(requests), WRITTEN_TOGETHER):
        left = requests[first : first + WRITTEN_TOGETHER]
        for attempt in range(READ_TRIES):
            answer = client("dynamodb", READ_SECONDS).batch_write_item(RequestItems={table: left})
            left = (answer.get("UnprocessedItems") or {}).get(table, [])
            if not left:
                break
            time.sleep(random.uniform(0, WRITE_WAIT * 2**attempt))
        else:
            raise UnavailableError("Too much is written at this moment")


def _projection(names: tuple[str, ...]) -> dict[str, Any]:
    if not names:
        return {}
    return {
        "ProjectionExpression": ", ".join(f"#{name}" for name in names),
        "ExpressionAttributeNames": {f"#{name}": name for name in names},
    }
