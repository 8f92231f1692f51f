"""The table of API keys: a partition for each owner, with a row for each key and one that counts them.

When a key was last used is kept in the table of limits, which every function may write: a key itself is changed by the
endpoints of keys alone.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from shared.base import clock
from shared.base.aws import client
from shared.base.settings import setting
from shared.base.tables import READ_SECONDS, answering, read_together
from shared.base.transactions import write_together
from shared.domains.keys.model import ApiKey

Item = dict[str, Any]

_WHAT = "API keys"
_COUNT = "count"
"""The sort key of the row that counts; no id looks like it."""
_NUMBERS = ("expires_at", "previous_until")
_TEXTS = ("name", "prefix", "secret_hash", "created_at", "rotated_at", "previous_hash")
_USED_KEPT = 400 * 86400
"""Seconds that a last use is remembered."""


class KeyStore:
    """Keys. Opening it costs nothing."""

    @classmethod
    def open(cls) -> "KeyStore":
        """The stage's keys."""
        return cls()

    def get(self, owner_id: str, key_id: str) -> ApiKey | None:
        """A key; None when there is none, any more."""
        with answering(_WHAT):
            found = _table().get_item(TableName=_name(), Key=_key(owner_id, key_id), ConsistentRead=True)
        return _to_key(found["Item"]) if "Item" in found else None

    def of(self, owner_id: str) -> list[ApiKey]:
        """All keys of an owner, the oldest first."""
        with answering(_WHAT):
            found = _table().query(
                TableName=_name(),
                KeyConditionExpression="owner_id = :owner",
                ExpressionAttributeValues={":owner": {"S": owner_id}},
                ConsistentRead=True,
            )
        return [_to_key(item) for item in found["Items"] if item["key_id"]["S"] != _COUNT]

    def add(self, key: ApiKey, most: int, *more: dict[str, Any]) -> bool:
        """Keep a new key, with other writes; False when its owner has `most` already."""
        new = {"Put": {"TableName": _name(), "Item": _to_item(key), "ConditionExpression": _ABSENT}}
        with answering(_WHAT):
            return write_together(new, self._counted(key.owner_id, 1, most), *more) is None

    def remove(self, owner_id: str, key_id: str, *more: dict[str, Any]) -> bool:
        """Forget a key, with other writes; False when there is none."""
        gone = {"Delete": {"TableName": _name(), "Key": _key(owner_id, key_id), "ConditionExpression": _THERE}}
        with answering(_WHAT):
            return write_together(gone, self._counted(owner_id, -1), *more) is None

    def rotate(self, key: ApiKey, new_hash: str, until: int, *more: dict[str, Any]) -> ApiKey | None:
        """Give a key another secret, after which the one before is good until then; None when it is not as was read.

        more  writes that are made with it
        """
        now = clock.timestamp()
        changed = {
            "Update": {
                "TableName": _name(),
                "Key": _key(key.owner_id, key.id),
                "UpdateExpression": "SET previous_hash = secret_hash, secret_hash = :new, "
                "previous_until = :until, rotated_at = :now",
                "ConditionExpression": "secret_hash = :old",
                "ExpressionAttributeValues": {
                    ":old": {"S": key.secret_hash},
                    ":new": {"S": new_hash},
                    ":until": {"N": str(until)},
                    ":now": {"S": now},
                },
            }
        }
        with answering(_WHAT):
            refusal = write_together(changed, *more)
        rotated = {"secret_hash": new_hash, "previous_hash": key.secret_hash, "previous_until": until}
        return replace(key, rotated_at=now, **rotated) if refusal is None else None

    def removals(self, owner_id: str) -> list[dict[str, Any]]:
        """The writes that leave nothing of an owner's keys, two for each key and one more."""
        key_ids = [key.id for key in self.of(owner_id)]
        gone = [(_name(), _key(owner_id, key_id)) for key_id in (*key_ids, _COUNT)]
        gone += [(setting("LIMITS_TABLE"), _use_key(key_id)) for key_id in key_ids]
        return [{"Delete": {"TableName": table, "Key": key}} for table, key in gone]

    @staticmethod
    def _counted(owner_id: str, change: int, most: int = 0) -> dict[str, Any]:
        """The part of a transaction that counts a key; with `most`, on the condition that there are fewer."""
        values = {":change": {"N": str(change)}}
        limited: dict[str, Any] = {}
        if most:
            limited = {"ConditionExpression": "attribute_not_exists(keys_held) OR keys_held < :most"}
            values[":most"] = {"N": str(most)}
        counted = {"TableName": _name(), "Key": _key(owner_id, _COUNT), "UpdateExpression": "ADD keys_held :change"}
        return {"Update": {**counted, **limited, "ExpressionAttributeValues": values}}


class UseStore:
    """When keys were last used."""

    @classmethod
    def open(cls) -> "UseStore":
        """The stage's table of limits."""
        return cls()

    def note(self, key_id: str, now: int) -> None:
        """Keep that a key was used. Raises botocore's errors."""
        _table().update_item(
            TableName=setting("LIMITS_TABLE"),
            Key=_use_key(key_id),
            UpdateExpression="SET used_at = :now, expires_at = :ends",
            ExpressionAttributeValues={":now": {"N": str(now)}, ":ends": {"N": str(now + _USED_KEPT)}},
        )

    def of(self, key_ids: Iterable[str]) -> dict[str, int]:
        """Key -> when it was last used, in epoch seconds. One call."""
        keys = {_use_key(key_id)["bucket"]["S"]: key_id for key_id in key_ids}
        if not keys:
            return {}
        table = setting("LIMITS_TABLE")
        with answering(_WHAT):
            found = read_together({table: [{"bucket": {"S": bucket}} for bucket in keys]})
        return {keys[item["bucket"]["S"]]: int(item["used_at"]["N"]) for item in found[table]}


_ABSENT, _THERE = "attribute_not_exists(key_id)", "attribute_exists(key_id)"


def _table() -> Any:
    return client("dynamodb", READ_SECONDS)


def _name() -> str:
    return setting("API_KEYS_TABLE")


def _key(owner_id: str, key_id: str) -> Item:
    return {"owner_id": {"S": owner_id}, "key_id": {"S": key_id}}


def _use_key(key_id: str) -> Item:
    return {"bucket": {"S": f"api-key#{key_id}"}}


def _to_item(key: ApiKey) -> Item:
    texts = {name: {"S": getattr(key, name)} for name in _TEXTS if getattr(key, name)}
    numbers = {name: {"N": str(getattr(key, name))} for name in _NUMBERS if getattr(key, name)}
    return {**_key(key.owner_id, key.id), **texts, **numbers, "scopes": {"L": [{"S": one} for one in key.scopes]}}


def _to_key(item: Item) -> ApiKey:
    fields: dict[str, Any] = {name: item[name]["S"] for name in _TEXTS if name in item}
    fields |= {name: int(item[name]["N"]) for name in _NUMBERS if name in item}
    scopes = tuple(one["S"] for one in item["scopes"]["L"])
    return ApiKey(owner_id=item["owner_id"]["S"], id=item["key_id"]["S"], scopes=scopes, **fields)
