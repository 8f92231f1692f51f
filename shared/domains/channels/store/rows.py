"""How channels, events and subscribers lie in the table `channels`. What is empty is absent.

A channel's own partition has its `state` and its events; each part of it has a partition of subscribers, and, but for
the first one, a row `shard` that says how far these have been sent what there is. Of the first the state says so.
"""

import dataclasses
import json
from typing import Any

from shared.base.aws import client
from shared.base.settings import setting
from shared.base.tables import READ_SECONDS, answering
from shared.base.transactions import past_conflicts
from shared.contract.limits import DAY, HOUR
from shared.domains.channels.model import Audience, Channel, Event, Subscriber
from shared.domains.channels.rules.names import SHARD, STATE, SUBSCRIBER, shard_of

Item = dict[str, Any]

WHAT = "Live updates"

OUTLIVES = HOUR
"""Seconds that a subscriber's row outlives its token, so that whoever sends next counts it out."""

PART_KEPT = DAY
"""Seconds that the progress of a part is kept after somebody began to send it, or to fill it."""

_SECONDS = {field.name for field in dataclasses.fields(Channel) if field.type is float}
_WHOLE = {field.name for field in dataclasses.fields(Channel) if field.type is int}


def table() -> str:
    """The table's name."""
    return setting("CHANNELS_TABLE")


def key(partition: str, item: str) -> Item:
    """A key, as DynamoDB takes it."""
    return {"channel": {"S": partition}, "item": {"S": item}}


def state_key(channel: str) -> Item:
    """Where a channel's state lies."""
    return key(channel, STATE)


def progress_key(channel: str, shard: int) -> Item:
    """Where it lies how far a part of a channel has been sent what there is."""
    return key(shard_of(channel, shard), SHARD) if shard else state_key(channel)


def number(value: float) -> dict[str, str]:
    """A number as DynamoDB has it; times are exact to the millisecond."""
    return {"N": str(value) if isinstance(value, int) else f"{value:.3f}"}


def changed(
    place: Item, change: str, condition: str, names: dict[str, str] | None = None, **values: float
) -> Item | None:
    """What a row is after a change, in one call; None when the condition does not hold. Needs CHANNELS.update.

    values  of the change and the condition, without the colon
    """
    calls = client("dynamodb", READ_SECONDS)
    asked: Item = {"UpdateExpression": change, "ConditionExpression": condition, "ReturnValues": "ALL_NEW"}
    if names:
        asked["ExpressionAttributeNames"] = names
    if values:
        asked["ExpressionAttributeValues"] = {f":{name}": number(value) for name, value in values.items()}
    try:
        with answering(WHAT):
            answer = past_conflicts(lambda: calls.update_item(TableName=table(), Key=place, **asked))
    except calls.exceptions.ConditionalCheckFailedException:
        return None
    found: Item = answer["Attributes"]
    return found


def to_channel(item: Item) -> Channel:
    """The channel of a state, or of a shard's row, which lacks most."""
    fields: dict[str, Any] = {name: int(item[name]["N"]) for name in _WHOLE if name in item}
    fields |= {name: float(item[name]["N"]) for name in _SECONDS if name in item}
    if "numbers" in item:
        fields["numbers"] = json.loads(item["numbers"]["S"])
    return Channel(name=item["channel"]["S"], **fields)


def subscriber_fields(subscriber: Subscriber) -> Item:
    """What the row of a subscriber has besides its key."""
    fields: Item = {"until": number(subscriber.until), "expires_at": number(int(subscriber.until) + OUTLIVES)}
    if subscriber.counters:
        fields["counters"] = {"S": " ".join(subscriber.counters)}
    if subscriber.is_owner:
        fields["is_owner"] = {"BOOL": True}
    if subscriber.seen is not None:
        fields["seen"] = number(subscriber.seen)
    return fields


def to_subscriber(item: Item) -> Subscriber:
    """The subscriber of a row."""
    return Subscriber(
        connection_id=item["item"]["S"].removeprefix(SUBSCRIBER),
        counters=tuple(item["counters"]["S"].split()) if "counters" in item else (),
        is_owner="is_owner" in item,
        until=float(item["until"]["N"]),
        seen=int(item["seen"]["N"]) if "seen" in item else None,
    )


def events_text(events: list[Event]) -> str:
    """Events that are published together, as their row has them."""
    return json.dumps([dataclasses.asdict(event) for event in events], separators=(",", ":"), ensure_ascii=False)


def to_events(item: Item) -> list[Event]:
    """The events of a row."""
    found: list[dict[str, Any]] = json.loads(item["events"]["S"])
    return [Event(**(told | {"audience": Audience(told["audience"])})) for told in found]
