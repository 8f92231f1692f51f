"""Who is subscribed to a channel. Each method is one call of DynamoDB where it does not say otherwise.

Subscribers are counted where the channel's state is, by additions that do not wait for one another, so that thousands
may join at once.
"""

from typing import Any

from shared.base import clock
from shared.base.aws import client
from shared.base.tables import READ_SECONDS, answering, queried
from shared.base.transactions import past_conflicts, write_together
from shared.domains.channels.model import Channel, Subscriber
from shared.domains.channels.rules.names import SUBSCRIBER, shard_of, subscriber_row
from shared.domains.channels.store.rows import (
    PART_KEPT,
    WHAT,
    changed,
    key,
    number,
    progress_key,
    state_key,
    subscriber_fields,
    table,
    to_channel,
    to_subscriber,
)

LASTS = 3 * 3600
"""Seconds that a channel is kept after somebody has joined: no connection lasts longer than two hours."""

LINGERS = 600
"""Seconds that it is kept after the last one has left: whoever lost the connection goes on where they were."""

_ALIVE = "expires_at > :now"


class AudienceStore:
    """The subscribers of channels."""

    @classmethod
    def open(cls) -> "AudienceStore":
        """The stage's."""
        return cls()

    def get(self, channel: str) -> Channel | None:
        """A channel, which may be a second old; None when nobody is subscribed. Needs CHANNELS.get."""
        with answering(WHAT):
            found = client("dynamodb", READ_SECONDS).get_item(TableName=table(), Key=state_key(channel))
        read = to_channel(found["Item"]) if "Item" in found else None
        return read if read and read.expires_at > clock.now() else None

    def put(self, channel: str, shard: int, subscriber: Subscriber) -> bool:
        """Write a subscriber's row; False when it was there already. Needs CHANNELS.put."""
        row = {
            **key(shard_of(channel, shard), subscriber_row(subscriber.connection_id)),
            **subscriber_fields(subscriber),
        }
        with answering(WHAT):
            answer = client("dynamodb", READ_SECONDS).put_item(TableName=table(), Item=row, ReturnValues="ALL_OLD")
        return "Attributes" not in answer

    def delete(self, channel: str, shard: int, connection_id: str) -> Subscriber | None:
        """Remove a subscriber's row, and tell what it was; None when there was none. Needs CHANNELS.delete."""
        with answering(WHAT):
            answer = client("dynamodb", READ_SECONDS).delete_item(
                TableName=table(),
                Key=key(shard_of(channel, shard), subscriber_row(connection_id)),
                ReturnValues="ALL_OLD",
            )
        return to_subscriber(answer["Attributes"]) if "Attributes" in answer else None

    def go_on_from(self, channel: str, shard: int, connection_id: str, seen: int) -> bool:
        """Have a subscriber be told what comes after `seen`; False when there is none. Needs CHANNELS.update."""
        place = key(shard_of(channel, shard), subscriber_row(connection_id))
        return changed(place, "SET seen = :seen", "attribute_exists(channel)", seen=seen) is not None

    def count_in(self, channel: str, *, is_owner: bool, is_new: bool) -> Channel | None:
        """Count one more subscriber, unless it was one already; None when there is no such channel.

        Needs CHANNELS.update.
        """
        now, one = clock.now(), int(is_new)
        return _update(
            state_key(channel),
            "SET expires_at = :expires ADD subscribers :one, filled :one, viewers :viewer",
            _ALIVE,
            now=now,
            expires=int(now) + LASTS,
            one=one,
            viewer=0 if is_owner else one,
        )

    def create(self, channel: str, *, is_owner: bool, subscribers: int = 1) -> Channel | None:
        """A new channel with one subscriber, or none; None when there is one already. Needs CHANNELS.put."""
        now = clock.now()
        seq = int(now * 1000)
        counted = {"subscribers": subscribers, "filled": subscribers, "viewers": 0 if is_owner else subscribers}
        kept = {"seq": seq, "position": seq, "shards": 1, "expires_at": int(now) + LASTS, **counted}
        row: dict[str, Any] = {**state_key(channel), **{name: number(value) for name, value in kept.items()}}
        calls = client("dynamodb", READ_SECONDS)
        try:
            with answering(WHAT):
                past_conflicts(
                    lambda: calls.put_item(
                        TableName=table(),
                        Item=row,
                        ConditionExpression=f"attribute_not_exists(channel) OR NOT {_ALIVE}",
                        ExpressionAttributeValues={":now": number(now)},
                    )
                )
        except calls.exceptions.ConditionalCheckFailedException:
            return None
        return to_channel(row)

    def count_out(self, channel: str, shard: int, *, is_owner: bool) -> Channel | None:
        """Count one subscriber less, also of those in the last part when it was there. Needs CHANNELS.update."""
        less = {"less": -1, "viewer": 0 if is_owner else -1}
        change = "ADD subscribers :less, viewers :viewer"
        left = _update(
            state_key(channel),
            f"{change}, filled :less",
            "shards = :last AND subscribers > :none",
            **less,
            last=shard + 1,
            none=0,
        )
        return left or _update(
            state_key(channel), change, "shards > :last AND subscribers > :none", **less, last=shard + 1, none=0
        )

    def open_shard(self, channel: Channel) -> None:
        """Begin another part after the last one, once, whose subscribers are sent what comes from now on.

        One transaction of two writes. Needs CHANNELS.put, CHANNELS.update.
        """
        fresh = {"position": channel.seq, "expires_at": int(clock.now()) + PART_KEPT}
        part = {**progress_key(channel.name, channel.shards), **{name: number(value) for name, value in fresh.items()}}
        update = {
            "TableName": table(),
            "Key": state_key(channel.name),
            "UpdateExpression": "SET shards = :more, filled = :none",
            "ConditionExpression": "shards = :known",
            "ExpressionAttributeValues": {
                ":more": number(channel.shards + 1),
                ":known": number(channel.shards),
                ":none": number(0),
            },
        }
        with answering(WHAT):
            write_together({"Update": update}, {"Put": {"TableName": table(), "Item": part}})

    def let_go(self, channel: Channel) -> None:
        """Keep a channel only a while longer that nobody is subscribed to any more. Needs CHANNELS.update."""
        ends = int(max(clock.now() + LINGERS, channel.live_until))
        _update(state_key(channel.name), "SET expires_at = :ends", "subscribers <= :none", ends=ends, none=0)

    def subscribers(self, channel: str, shard: int) -> list[Subscriber]:
        """All subscribers of a part of a channel, as of now: one call for each 1 MB of them. Needs CHANNELS.query."""
        with answering(WHAT):
            items = queried(
                TableName=table(),
                KeyConditionExpression="channel = :shard AND begins_with(#item, :kind)",
                ExpressionAttributeNames={"#item": "item"},
                ExpressionAttributeValues={":shard": {"S": shard_of(channel, shard)}, ":kind": {"S": SUBSCRIBER}},
                ConsistentRead=True,
            )
            return list(map(to_subscriber, items))


def _update(place: dict[str, Any], change: str, condition: str, **values: float) -> Channel | None:
    """What a channel is after a change; None when the condition does not hold."""
    row = changed(place, change, condition, None, **values)
    return to_channel(row) if row else None
