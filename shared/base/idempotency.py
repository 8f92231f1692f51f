"""A request that carries an Idempotency-Key runs once in 24 hours: its first answer is kept in the table `idempotency`.

Two calls a request: claim the key, then keep the answer or give the key back. A claim ends with the function's time, so
that a request which died halfway can be sent again, and never while its first run may still be going on.
"""

import gzip
import json
from dataclasses import dataclass
from typing import Any

from shared.base import clock, logs
from shared.base.aws import client
from shared.base.errors import ConflictError, IdempotencyMismatchError, UnavailableError
from shared.base.ids import new_id
from shared.base.settings import setting
from shared.base.tables import READ_SECONDS

KEPT_SECONDS = 24 * 3600
MAX_ITEM = 380_000
"""Bytes of a compressed answer that an item can hold; DynamoDB ends items at 400 kB."""

_FREE = "attribute_not_exists(#key) OR #expires <= :now OR (attribute_not_exists(#done) AND #busy <= :now)"
_NAMES = {"#key": "key", "#expires": "expires_at", "#done": "done_at", "#busy": "busy_until"}


@dataclass(frozen=True)
class Claim:
    """The right to run a request. `owner` tells it from other attempts under the same key."""

    key: str
    fingerprint: str
    owner: str


def claim(key: str, fingerprint: str, seconds: float) -> Claim | dict[str, Any]:
    """Claim a key for at most `seconds`, or get the answer that was kept under it.

    fingerprint  tells whether two requests ask the same
    Raises IdempotencyMismatchError for another request under the key; ConflictError while one is running, or when its
    answer is not kept; UnavailableError when the table fails.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    mine = Claim(key, fingerprint, new_id())
    now = clock.now()
    table = client("dynamodb", READ_SECONDS)
    try:
        table.put_item(
            TableName=setting("IDEMPOTENCY_TABLE"),
            Item=_item(mine, now) | {"busy_until": _number(now + seconds + 1)},
            ConditionExpression=_FREE,
            ExpressionAttributeNames=_NAMES,
            ExpressionAttributeValues={":now": _number(now)},
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
    except table.exceptions.ConditionalCheckFailedException as taken:
        return _existing(taken.response["Item"], mine)
    except (BotoCoreError, ClientError) as error:
        raise UnavailableError("The Idempotency-Key cannot be checked at the moment") from error
    return mine


def _number(value: float) -> dict[str, str]:
    return {"N": str(int(value))}


def _item(mine: Claim, now: float) -> dict[str, Any]:
    return {
        "key": {"S": mine.key},
        "fingerprint": {"S": mine.fingerprint},
        "owner": {"S": mine.owner},
        "expires_at": _number(now + KEPT_SECONDS),
    }


def _existing(item: dict[str, Any], mine: Claim) -> Claim | dict[str, Any]:
    if item["owner"]["S"] == mine.owner:  # our own write, sent again after its reply was lost
        return mine
    if item["fingerprint"]["S"] != mine.fingerprint:
        raise IdempotencyMismatchError("This Idempotency-Key was used for another request")
    if "done_at" not in item:
        raise ConflictError("The request with this Idempotency-Key is still running", headers={"Retry-After": "1"})
    if "answer" not in item:
        raise ConflictError("The request with this Idempotency-Key was done; its answer is not kept")
    answer: dict[str, Any] = json.loads(gzip.decompress(item["answer"]["B"]))
    return answer


def keep(mine: Claim, answer: dict[str, Any] | None) -> None:
    """Mark the request as done and keep its answer; None, or one too large for an item, leaves the mark alone.

    Never raises for a table that fails: the request was done, and its answer must reach the caller.
    """
    now = clock.now()
    item = _item(mine, now) | {"done_at": _number(now)}
    if answer is not None:
        packed = gzip.compress(json.dumps(answer, separators=(",", ":")).encode(), 5, mtime=0)
        if len(packed) <= MAX_ITEM:
            item["answer"] = {"B": packed}
    _write(mine, "put_item", Item=item)


def release(mine: Claim) -> None:
    """Give the key back: the request changed nothing, and may be sent again. Never raises for a table that fails."""
    _write(mine, "delete_item", Key={"key": {"S": mine.key}})


def _write(mine: Claim, operation: str, **what: Any) -> None:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        getattr(client("dynamodb", READ_SECONDS), operation)(
            TableName=setting("IDEMPOTENCY_TABLE"),
            ConditionExpression="#owner = :owner",
            ExpressionAttributeNames={"#owner": "owner"},
            ExpressionAttributeValues={":owner": {"S": mine.owner}},
            **what,
        )
    except (BotoCoreError, ClientError) as error:
        logs.log_exception("an idempotency key stays claimed until its time is over", error, operation=operation)
