"""How functions run that get records in batches: changes of a table, and messages of a queue.

Lambda is told which records failed, so that the others do not come again. Both come at least once.
"""

import base64
import functools
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from shared.base import logs
from shared.base.running import serve

Handler = Callable[[dict[str, Any], Any], Any]
Item = dict[str, dict[str, Any]]
"""An item as DynamoDB writes it: {"video_id": {"S": "..."}}."""

_TTL = "dynamodb.amazonaws.com"


@dataclass(frozen=True)
class Change:
    """What happened to an item.

    change_id  the same whenever it is told
    key        the item's key
    before     the item as it was; None when it is new
    after      the item as it is; None when it is gone
    expired    its time to live was over: nobody removed it
    at         when it happened, in epoch seconds, to the second
    """

    change_id: str
    key: Item
    before: Item | None
    after: Item | None
    expired: bool
    at: float = 0.0


@dataclass(frozen=True)
class Message:
    """What was left in a queue. `message_id` is the same whenever it is given out, `body` what its JSON says."""

    message_id: str
    body: Any


def serve_changes(function: Callable[[Change], object]) -> Handler:
    """The handler of a consumer of changes, called with one at a time.

    With the first that fails it stops: that one and those after it come again, in the same order.
    """

    @functools.wraps(function)
    def run(event: dict[str, Any]) -> dict[str, Any]:
        for record in event["Records"]:
            change = _change(record)
            try:
                function(change)
            except Exception as error:  # noqa: BLE001 - told to Lambda, which gives it out again
                logs.log_exception("a change failed", error, change=change.change_id)
                return _failed([change.change_id])
        return _failed([])

    return serve(run)


def serve_change_batches(function: Callable[[list[Change]], Iterable[Change] | None]) -> Handler:
    """The handler of a consumer of changes, called with all of a batch together, which answers those that failed.

    They come again with all that follow the first of them, so those that did not fail are told twice. If it raises, all
    come again.
    """

    @functools.wraps(function)
    def run(event: dict[str, Any]) -> dict[str, Any]:
        changes = [_change(record) for record in event["Records"]]
        failed = {change.change_id for change in function(changes) or ()}
        return _failed([change.change_id for change in changes if change.change_id in failed][:1])

    return serve(run)


def done_one_by_one(changes: Iterable[Change], work: Callable[[Change], object]) -> list[Change]:
    """Do the work on each change, and give those that failed, which is logged: none keeps another waiting."""
    failed = []
    for change in changes:
        try:
            work(change)
        except Exception as error:  # noqa: BLE001 - told to Lambda, which gives it out again
            logs.log_exception("a change failed", error, change=change.change_id)
            failed.append(change)
    return failed


def serve_batches(function: Callable[[list[Message]], Iterable[Message]]) -> Handler:
    """The handler of a consumer of a queue, called with all messages together, which answers those that failed.

    Those are given out again. One that is no JSON fails by itself, and ends among what was lost.
    """

    @functools.wraps(function)
    def run(event: dict[str, Any]) -> dict[str, Any]:
        read: list[Message] = []
        unread = []
        for record in event["Records"]:
            try:
                read.append(Message(record["messageId"], json.loads(record["body"])))
            except ValueError as error:
                logs.log_exception("a message cannot be read", error, message_id=record["messageId"])
                unread.append(record["messageId"])
        failed = function(read) if read else ()
        return _failed([*unread, *(message.message_id for message in failed)])

    return serve(run)


def _change(record: dict[str, Any]) -> Change:
    told = record["dynamodb"]
    by = record.get("userIdentity") or {}
    return Change(
        told["SequenceNumber"],
        told["Keys"],
        _image(told.get("OldImage")),
        _image(told.get("NewImage")),
        by.get("principalId") == _TTL,
        float(told.get("ApproximateCreationDateTime", 0)),
    )


def _image(told: Item | None) -> Item | None:
    """An item as a table has it: an event is JSON, which has bytes as text."""
    if told is None:
        return None
    return {name: {"B": base64.b64decode(value["B"])} if "B" in value else value for name, value in told.items()}


def _failed(identifiers: list[str]) -> dict[str, Any]:
    return {"batchItemFailures": [{"itemIdentifier": one} for one in identifiers]}
