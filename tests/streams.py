"""Streams and queues of a stage in this process, led to the functions that follow them as Lambda does it.

Nothing is told until a test says so, and a test may have everything told twice, as AWS does at times.
"""

import base64
import importlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from shared.base import aws
from shared.contract.declare import Changes, Messages, declaration_of
from tests.aws import Stage
from tests.resources import ACCOUNT, REGION, real_name

Record = dict[str, Any]


@dataclass
class Streams:
    """What has changed in tables, and lies in queues, and was not told yet."""

    consumers: tuple[str, ...]
    _told: dict[str, int] = field(default_factory=dict)

    def tell(self, times: int = 1) -> None:
        """Have all functions hear what there is, each record so many times, until nothing new comes of it.

        AssertionError when one fails.
        """
        while self._changes(times) + self._messages(times):
            pass

    def rewind(self) -> None:
        """All that was told of changes is told again."""
        self._told.clear()

    def of(self, kind: type) -> list[tuple[Any, Any]]:
        """Declaration and handler of the functions of a kind."""
        found = list[tuple[Any, Any]]()
        for name in self.consumers:
            module = importlib.import_module(f"functions.events.{name}")
            declaration = declaration_of(getattr(module, name))
            if isinstance(declaration, kind):
                found.append((declaration, module.handler))
        return found

    def _changes(self, times: int) -> int:
        heard, new = self.of(Changes), dict[str, list[Record]]()
        for name in {real_name(change.table) for change, _ in heard}:
            records = _records(name)
            new[name] = records[self._told.get(name, 0) :]
            self._told[name] = len(records)
        for change, handler in heard:
            some = [one for one in new[real_name(change.table)] if _passes(change.filters, one)]
            for _ in range(times if some else 0):
                assert handler({"Records": some}, None) == {"batchItemFailures": []}
        return sum(map(len, new.values()))

    def _messages(self, times: int) -> int:
        count = 0
        for message, handler in self.of(Messages):
            address = real_name(message.queue)
            while found := aws.client("sqs").receive_message(QueueUrl=address).get("Messages", []):
                records = [{"messageId": one["MessageId"], "body": one["Body"]} for one in found]
                for _ in range(times):
                    assert handler({"Records": records}, None) == {"batchItemFailures": []}
                for one in found:
                    aws.client("sqs").delete_message(QueueUrl=address, ReceiptHandle=one["ReceiptHandle"])
                count += len(found)
        return count


@contextmanager
def streamed(stage: Stage, *consumers: str) -> Iterator[Streams]:
    """The stage's tables with streams, as far as these functions follow them."""
    streams = Streams(consumers)
    with stage.unrecorded():
        for change, _ in streams.of(Changes):
            aws.client("dynamodb").update_table(
                TableName=real_name(change.table),
                StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
            )
    yield streams


def _records(table: str) -> list[Record]:
    """All that a table's stream has told, as Lambda hands it out."""
    from moto.dynamodb.models import dynamodb_backends

    shard = dynamodb_backends[ACCOUNT][REGION].tables[table].stream_shard
    return [json.loads(json.dumps(item.to_json(), default=in_json)) for item in shard.items] if shard else []


def in_json(value: Any) -> Any:
    """What JSON has in place of a value that it has no word for: of bytes, and of a moment."""
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value.timestamp()


def _passes(filters: tuple[dict[str, Any], ...], record: Record) -> bool:
    return not filters or any(_matches(pattern, record) for pattern in filters)


def _matches(pattern: dict[str, Any], record: Any) -> bool:
    """Whether a record fits a pattern as of EventBridge, of the kinds that are declared here."""
    for name, wanted in pattern.items():
        value = record.get(name) if isinstance(record, dict) else None
        if isinstance(wanted, dict):
            if not _matches(wanted, value):
                return False
        elif not any(_fits(one, value) for one in wanted):
            return False
    return True


def _fits(wanted: Any, value: Any) -> bool:
    if not isinstance(wanted, dict):
        return bool(value == wanted)
    [(word, what)] = wanted.items()
    return {"exists": (value is not None) == what, "prefix": str(value).startswith(str(what))}[word]
