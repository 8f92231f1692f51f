"""DynamoDB transactions: some items are written together or not at all, and whoever collides with one tries again."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from shared.base import provisos
from shared.base.aws import client
from shared.base.errors import UnavailableError
from shared.base.tables import READ_SECONDS

TRIES = 6
WAIT = 0.05
"""Seconds: the longest pause before the second try; it doubles with each further one. 1.6 s altogether at most."""

_REFUSED = "ConditionalCheckFailed"
_PASSING = {"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"}


@dataclass(frozen=True)
class Refusal:
    """A condition did not hold, and nothing was written.

    item    what the table holds instead, when the write asked for ALL_OLD and there is such an item
    number  which write it was, from 0; the first one when several were refused
    all     which writes it were
    """

    item: dict[str, Any] | None
    number: int = 0
    all: tuple[int, ...] = (0,)


def write_together(*writes: dict[str, Any]) -> Refusal | None:
    """Make all writes (Put, Update or Delete, as TransactWriteItems takes them) or none; None when they were made.

    Any of them may have a condition. A reply that is lost is the SDK's to ask for again, with the same token, so that
    the writes are made once. Raises botocore's errors, UnavailableError when others write the same items all along, and
    what the request's proviso says where that does not hold, which the first transaction checks with its own writes.
    """
    from botocore.exceptions import ClientError

    proviso = provisos.due()
    items = [*writes, proviso.check] if proviso else [*writes]
    try:
        past_conflicts(lambda: client("dynamodb", READ_SECONDS).transact_write_items(TransactItems=items))
    except ClientError as error:
        reasons = _reasons(error)
        refused = tuple(number for number, reason in enumerate(reasons) if reason.get("Code") == _REFUSED)
        if not refused:
            raise
        if proviso and len(writes) in refused:
            raise proviso.refused() from error
        return Refusal(reasons[refused[0]].get("Item"), refused[0], refused)
    if proviso:
        proviso.is_met = True
    return None


def past_conflicts(call: Callable[[], Any]) -> Any:
    """What `call` answers; it is made again while a transaction has hold of what it writes, a bounded number of times.

    Raises UnavailableError after the last, and what `call` raises for any other reason.
    """
    from botocore.exceptions import ClientError

    for attempt in range(TRIES):
        try:
            return call()
        except ClientError as error:
            if not _is_conflict(error):
                raise
        if attempt < TRIES - 1:
            time.sleep(random.uniform(0, WAIT * 2**attempt))
    raise UnavailableError("Too many changes at this moment")


def _reasons(error: Any) -> list[dict[str, Any]]:
    """Why a transaction was cancelled, write by write; [] for other errors."""
    reasons: list[dict[str, Any]] = error.response.get("CancellationReasons") or []
    return reasons


def _is_conflict(error: Any) -> bool:
    """Whether trying again makes sense at once. A condition that does not hold is an answer, whatever else is wrong."""
    if error.response.get("Error", {}).get("Code") == "TransactionConflictException":
        return True
    codes = {reason.get("Code") or "None" for reason in _reasons(error)} - {"None"}
    return bool(codes) and codes <= _PASSING
