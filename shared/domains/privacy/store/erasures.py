"""Erasures in the table `data-requests`: a row of each closed account, until nothing is left to be erased."""

from typing import Any

from shared.base import clock
from shared.base.aws import client
from shared.base.tables import READ_SECONDS, answering
from shared.base.transactions import Refusal, write_together
from shared.domains.privacy.model import Erasure, OpenState, Progress
from shared.domains.privacy.store.requests import open_requests, opened, request_key, table

TOGETHER = 90
"""Writes of a step that fit into the transaction that writes it down, which takes 100."""

_REQUEST = "erasure"
_WHAT = "Deletions"
_FOUND = "found_"
_TEXTS = ("user_id", "username", "email", "closed_at")


class ErasureStore:
    """Erasures. Opening it costs nothing."""

    @classmethod
    def open(cls) -> "ErasureStore":
        """The stage's."""
        return cls()

    def get(self, user_id: str) -> Erasure | None:
        """The erasure of a user as it stands now; None when there is none, or no more."""
        with answering(_WHAT):
            found = client("dynamodb", READ_SECONDS).get_item(TableName=table(), Key=_key(user_id), ConsistentRead=True)
        return _to_erasure(found["Item"]) if "Item" in found else None

    def begin(self, erasure: Erasure, *more: dict[str, Any]) -> Refusal | None:
        """Write `more`, and after them that what is the user's is to be erased, or nothing; None when it went well."""
        texts = {name: {"S": getattr(erasure, name)} for name in _TEXTS}
        item = {**_key(erasure.user_id), **texts, **opened(OpenState.ERASING), "revision": {"N": "0"}}
        new = {"TableName": table(), "Item": item, "ConditionExpression": "attribute_not_exists(user_id)"}
        with answering(_WHAT):
            return write_together(*more, {"Put": new})

    def begin_again(self, user_id: str) -> None:
        """Erase from the first step on, whether that has begun or is over; it gives names free that it has."""
        absent = {"username": ":none", "email": ":none", "closed_at": ":now"}
        texts = ", ".join(f"{name} = if_not_exists({name}, {value})" for name, value in absent.items())
        state = opened(OpenState.ERASING)
        with answering(_WHAT):
            client("dynamodb", READ_SECONDS).update_item(
                TableName=table(),
                Key=_key(user_id),
                UpdateExpression="SET #step = :zero, #position = :none, open_state = :state, touched_at = :now, "
                f"{texts} ADD revision :one",
                ExpressionAttributeNames={"#step": "step", "#position": "position"},
                ExpressionAttributeValues={
                    ":zero": {"N": "0"},
                    ":one": {"N": "1"},
                    ":none": {"S": ""},
                    ":state": state["open_state"],
                    ":now": state["touched_at"],
                },
            )

    def go_on(self, erasure: Erasure, did: Progress) -> bool:
        """Write down what a step did, with its writes; False when somebody else has gone on with it."""
        is_done = did.position is None and not did.waits
        counts = {f"{_FOUND}{kind}": count for kind, count in did.found.items() if count}
        numbers = {"step": erasure.step + is_done, "known": erasure.revision, "one": 1, **counts}
        change = {
            "TableName": table(),
            "Key": _key(erasure.user_id),
            "UpdateExpression": "SET #step = :step, #position = :position, touched_at = :now ADD "
            + ", ".join(["revision :one", *(f"{name} :{name}" for name in counts)]),
            "ConditionExpression": "revision = :known",
            "ExpressionAttributeNames": {"#step": "step", "#position": "position"},
            "ExpressionAttributeValues": {
                **{f":{name}": {"N": str(number)} for name, number in numbers.items()},
                ":position": {"S": erasure.position if did.waits else did.position or ""},
                ":now": {"S": clock.timestamp()},
            },
        }
        with answering(_WHAT):
            return write_together(*did.writes, {"Update": change}) is None

    def end(self, erasure: Erasure, *more: dict[str, Any]) -> bool:
        """Forget the erasure, with other writes; False when somebody else has gone on with it."""
        gone = {
            "TableName": table(),
            "Key": _key(erasure.user_id),
            "ConditionExpression": "revision = :revision",
            "ExpressionAttributeValues": {":revision": {"N": str(erasure.revision)}},
        }
        with answering(_WHAT):
            return write_together({"Delete": gone}, *more) is None

    def open_work(self, limit: int) -> list[str]:
        """Users whose erasure goes on, the one first that was looked at longest ago."""
        return [user_id for user_id, _ in open_requests(OpenState.ERASING, limit)]


def _key(user_id: str) -> dict[str, Any]:
    return request_key(user_id, _REQUEST)


def _to_erasure(item: dict[str, Any]) -> Erasure:
    texts: dict[str, Any] = {name: item[name]["S"] for name in (*_TEXTS, "position") if name in item}
    numbers: dict[str, Any] = {name: int(item[name]["N"]) for name in ("step", "revision") if name in item}
    found = {name.removeprefix(_FOUND): int(item[name]["N"]) for name in item if name.startswith(_FOUND)}
    return Erasure(found=found, **texts, **numbers)
