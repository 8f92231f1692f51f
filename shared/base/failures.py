"""Failed attempts, counted in the table `limits`: too many within a time lock what they were counted for.

Counts begin anew once they are old. What counts failures reads its counters first, together with whatever else it needs
(`key`), and forgives only under the condition that the lock is still open (`forgiveness`), so that a right guess which
comes after too many wrong ones is refused however closely they follow each other.
"""

from dataclasses import dataclass
from typing import Any

from shared.base import clock
from shared.base.errors import UnavailableError
from shared.base.settings import setting
from shared.base.tables import answering
from shared.base.transactions import TRIES, write_together

TABLE_VARIABLE = "LIMITS_TABLE"


@dataclass(frozen=True)
class Lock:
    """Locks `subject` for `seconds` after the last of `most` failures, each within `seconds` of the one before."""

    subject: str
    most: int
    seconds: int

    @property
    def key(self) -> dict[str, Any]:
        """The counter's key, as DynamoDB takes it."""
        return {"bucket": {"S": f"failures#{self.subject}"}}


@dataclass(frozen=True)
class Count:
    """Failures that count now, and when they will be forgotten (epoch seconds)."""

    failures: int = 0
    until: float = 0.0


def counted(item: dict[str, Any] | None) -> Count:
    """What a counter's item says now; None, and one that is old, say nothing."""
    if item is None or float(item["expires_at"]["N"]) <= clock.now():
        return Count()
    return Count(int(item["failures"]["N"]), float(item["expires_at"]["N"]))


def locked_seconds(lock: Lock, count: Count) -> int:
    """Seconds until a lock opens; 0 while it is open."""
    return int(count.until - clock.now()) + 1 if count.failures >= lock.most else 0


def counts_of(locks: tuple[Lock, ...], items: list[dict[str, Any]]) -> dict[Lock, Count]:
    """What the counters of locks say now, of which `items` are those that the table holds."""
    found = {item["bucket"]["S"]: item for item in items}
    return {lock: counted(found.get(lock.key["bucket"]["S"])) for lock in locks}


def count(known: dict[Lock, Count], *more: dict[str, Any]) -> None:
    """Count a failure under each lock, in one transaction as long as what is `known` of them holds.

    more  writes that are made with it
    UnavailableError when it cannot be counted: then nobody may be told whether it was one.
    """
    begun = {lock: bool(count.failures) for lock, count in known.items()}
    for _ in range(TRIES):
        with answering("The counters of attempts"):
            refusal = write_together(*(_addition(lock, going_on) for lock, going_on in begun.items()), *more)
        if refusal is None:
            return
        mistaken = list(begun)[refusal.number]
        begun[mistaken] = not begun[mistaken]
    raise UnavailableError("Attempts cannot be counted at the moment, and this one must be")


def _addition(lock: Lock, going_on: bool) -> dict[str, Any]:
    now = clock.now()
    change = "SET failures = :one, expires_at = :ends"
    condition = "attribute_not_exists(failures) OR expires_at <= :now"
    if going_on:
        change, condition = "ADD failures :one SET expires_at = :ends", "expires_at > :now"
    values = {":one": 1, ":ends": int(now) + lock.seconds, ":now": int(now)}
    return {
        "Update": {
            "TableName": setting(TABLE_VARIABLE),
            "Key": lock.key,
            "UpdateExpression": change,
            "ConditionExpression": condition,
            "ExpressionAttributeValues": {name: {"N": str(value)} for name, value in values.items()},
        }
    }


def pardon(lock: Lock) -> dict[str, Any]:
    """The write that forgets the failures of a lock, which opens it."""
    return {"Delete": {"TableName": setting(TABLE_VARIABLE), "Key": lock.key}}


def forgiveness(lock: Lock) -> dict[str, Any]:
    """The write that forgets the failures of a lock, which is refused while it is locked."""
    values = {":most": lock.most, ":now": int(clock.now())}
    return {
        "Delete": {
            "TableName": setting(TABLE_VARIABLE),
            "Key": lock.key,
            "ConditionExpression": "attribute_not_exists(failures) OR failures < :most OR expires_at <= :now",
            "ExpressionAttributeValues": {name: {"N": str(value)} for name, value in values.items()},
        }
    }
