"""The table of connections: a row for each, and one that counts those which a user or an address has open."""

import contextlib
from typing import Any

from shared.base import clock
from shared.base.aws import client
from shared.base.limiter import scaled
from shared.base.settings import setting
from shared.base.tables import READ_SECONDS, answering, read_together
from shared.base.transactions import write_together
from shared.contract.limits import MINUTE
from shared.domains.connections.errors import ConnectionOverError, TooManyChannelsError, TooManyMessagesError
from shared.domains.connections.model import Client, Connection
from shared.domains.connections.rules.limits import KEPT_SECONDS, LIFE_SECONDS, MESSAGES, SECONDS, WARNINGS

WHAT = "Live updates"
_MILLI = 1000
_KEEP = "SET expires_at = if_not_exists(expires_at, :kept)"
"""An update makes a row where there is none (any more), and that one must not stay for ever."""


def add(connection_id: str, who: Client, most: int) -> bool:
    """Write a new connection, on the condition that its holder has fewer than `most`; False when it does not hold.

    One transaction of two writes. Needs CONNECTIONS.put and CONNECTIONS.update.
    """
    now = int(clock.now())
    ends_at = min(who.ends_at, now + LIFE_SECONDS) if who.user_id else now + LIFE_SECONDS
    kept = _kept()
    row: dict[str, Any] = {
        **_key(connection_id),
        "user_id": {"S": who.user_id},
        "session_id": {"S": who.session_id},
        "holder": {"S": who.holder},
        "ends_at": {"N": str(ends_at)},
        "channels": {"M": {}},
        "full_at": {"N": "0"},
        "expires_at": kept,
    }
    if who.user_id:
        row["ends_in"] = {"S": minute(ends_at)}
    put = {"TableName": _table(), "Item": row, "ConditionExpression": "attribute_not_exists(connection_id)"}
    count = {
        "TableName": _table(),
        "Key": _key(who.holder),
        "UpdateExpression": "ADD #open :one SET expires_at = :kept",
        "ConditionExpression": "attribute_not_exists(#open) OR size(#open) < :most",
        "ExpressionAttributeNames": {"#open": "open"},
        "ExpressionAttributeValues": {":one": {"SS": [connection_id]}, ":kept": kept, ":most": {"N": str(most)}},
    }
    with answering(WHAT):
        return write_together({"Put": put}, {"Update": count}) is None


def get(connection_id: str) -> Connection | None:
    """A connection, as of now. Needs CONNECTIONS.get."""
    with answering(WHAT):
        found = client("dynamodb", READ_SECONDS).get_item(
            TableName=_table(), Key=_key(connection_id), ConsistentRead=True
        )
    return _connection(found.get("Item"))


def of_holder(holder: str) -> list[Connection]:
    """The connections that somebody has open, as far as we know: two calls.

    Needs CONNECTIONS.get and CONNECTIONS.batch_get.
    """
    return _counted(holder)[1]


def make_room(holder: str) -> None:
    """Count those no more that are over: they have no row any more, or their time has come. Three calls at most.

    Needs CONNECTIONS.get, CONNECTIONS.batch_get and CONNECTIONS.update.
    """
    ids, found = _counted(holder)
    if over := sorted(ids - {one.id for one in found if one.ends_at > clock.now()}):
        forget(holder, over)


def _counted(holder: str) -> tuple[set[str], list[Connection]]:
    """What counts as open, and what is known of it."""
    with answering(WHAT):
        item = client("dynamodb", READ_SECONDS).get_item(TableName=_table(), Key=_key(holder), ConsistentRead=True)
    ids = set(item.get("Item", {}).get("open", {}).get("SS", []))
    if not ids:
        return ids, []
    with answering(WHAT):
        rows = read_together({_table(): [_key(one) for one in sorted(ids)]})[_table()]
    return ids, [connection for row in rows if (connection := _connection(row))]


def removals(user_id: str) -> list[dict[str, Any]]:
    """The writes that forget all that a user has open. Needs CONNECTIONS.get, CONNECTIONS.batch_get."""
    holder = Client(user_id).holder
    names = [holder, *(one.id for one in of_holder(holder))]
    return [{"Delete": {"TableName": _table(), "Key": _key(name)}} for name in names]


def forget(holder: str, connection_ids: list[str]) -> None:
    """Count connections among the open ones of their holder no more. Needs CONNECTIONS.update."""
    with answering(WHAT):
        client("dynamodb", READ_SECONDS).update_item(
            TableName=_table(),
            Key=_key(holder),
            UpdateExpression=f"DELETE #open :gone {_KEEP}",
            ExpressionAttributeNames={"#open": "open"},
            ExpressionAttributeValues={":gone": {"SS": connection_ids}, ":kept": _kept()},
        )


def remove(connection: Connection) -> None:
    """Forget a connection. A repeat is fine. Needs CONNECTIONS.update and CONNECTIONS.delete."""
    forget(connection.holder, [connection.id])
    with answering(WHAT):
        client("dynamodb", READ_SECONDS).delete_item(TableName=_table(), Key=_key(connection.id))


def pay(connection_id: str) -> Connection | None:
    """Count a message of a connection: which one it is, None when there is none (any more). Needs CONNECTIONS.update.

    One call, two of a client that sends faster than it may in the long run. TooManyMessagesError when that is too much.
    """
    now, cost = int(clock.now() * _MILLI), SECONDS * _MILLI // scaled(MESSAGES)
    ceiling = now + SECONDS * _MILLI - cost
    paid, row = _move(connection_id, "full_at <= :now", {":now": now, ":full": now + cost}, "full_at = :full")
    if not paid and row:
        values = {":now": now, ":cost": cost, ":ceiling": ceiling}
        busy = "full_at > :now AND full_at <= :ceiling"
        paid, row = _move(connection_id, busy, values, "full_at = full_at + :cost")
    if row and not paid:
        raise TooManyMessagesError(is_last=_warn(connection_id) > WARNINGS)
    return _connection(row)


def _move(
    connection_id: str, condition: str, values: dict[str, int], change: str
) -> tuple[bool, dict[str, Any] | None]:
    """The generic cell rate algorithm, as for addresses; whether it was done, and the row, None when there is none."""
    table = client("dynamodb", READ_SECONDS)
    try:
        with answering(WHAT):
            answer = table.update_item(
                TableName=_table(),
                Key=_key(connection_id),
                UpdateExpression=f"SET {change}",
                ConditionExpression=f"attribute_exists(ends_at) AND {condition}",
                ExpressionAttributeValues={name: {"N": str(value)} for name, value in values.items()},
                ReturnValues="ALL_NEW",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
    except table.exceptions.ConditionalCheckFailedException as refused:
        return False, refused.response.get("Item")
    return True, answer["Attributes"]


def _warn(connection_id: str) -> int:
    with answering(WHAT):
        answer = client("dynamodb", READ_SECONDS).update_item(
            TableName=_table(),
            Key=_key(connection_id),
            UpdateExpression=f"ADD warnings :one {_KEEP}",
            ExpressionAttributeValues={":one": {"N": "1"}, ":kept": _kept()},
            ReturnValues="UPDATED_NEW",
        )
    return int(answer["Attributes"]["warnings"]["N"])


def keep_channel(connection_id: str, channel: str, shard: int, most: int) -> None:
    """Write that a connection is subscribed to a channel. Needs CONNECTIONS.update.

    Raises ConnectionOverError, and TooManyChannelsError when it has `most` others.
    """
    table = client("dynamodb", READ_SECONDS)
    try:
        with answering(WHAT):
            table.update_item(
                TableName=_table(),
                Key=_key(connection_id),
                UpdateExpression="SET channels.#channel = :shard",
                ConditionExpression="size(channels) < :most OR attribute_exists(channels.#channel)",
                ExpressionAttributeNames={"#channel": channel},
                ExpressionAttributeValues={":shard": {"N": str(shard)}, ":most": {"N": str(most)}},
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
    except table.exceptions.ConditionalCheckFailedException as refused:
        is_there = _connection(refused.response.get("Item")) is not None
        raise TooManyChannelsError(most) if is_there else ConnectionOverError from None


def drop_channel(connection_id: str, channel: str) -> None:
    """Write that a connection is not subscribed to a channel (any more). Needs CONNECTIONS.update."""
    table = client("dynamodb", READ_SECONDS)
    with contextlib.suppress(table.exceptions.ConditionalCheckFailedException), answering(WHAT):
        table.update_item(
            TableName=_table(),
            Key=_key(connection_id),
            UpdateExpression="REMOVE channels.#channel",
            ConditionExpression="attribute_exists(channels)",
            ExpressionAttributeNames={"#channel": channel},
        )


def ending_in(named: str, *, until: int) -> list[str]:
    """Connections whose token ends in a minute, by a moment at the latest, as of a second ago.

    Needs CONNECTIONS.query_index("by_end").
    """
    with answering(WHAT):
        pages = (
            client("dynamodb", READ_SECONDS)
            .get_paginator("query")
            .paginate(
                TableName=_table(),
                IndexName="by_end",
                KeyConditionExpression="ends_in = :minute",
                ExpressionAttributeValues={":minute": {"S": named}},
            )
        )
        found = [item for page in pages for item in page["Items"]]
    return [item["connection_id"]["S"] for item in found if int(item["ends_at"]["N"]) <= until]


def minute(moment: float) -> str:
    """The minute of a moment (epoch seconds), for example 2026-01-31T12:00."""
    return clock.timestamp(moment // MINUTE * MINUTE)[: len("2026-01-31T12:00")]


def _connection(row: dict[str, Any] | None) -> Connection | None:
    if not row or "ends_at" not in row:
        return None
    return Connection(
        id=row["connection_id"]["S"],
        user_id=row["user_id"]["S"],
        session_id=row["session_id"]["S"],
        holder=row["holder"]["S"],
        ends_at=int(row["ends_at"]["N"]),
        channels={name: int(shard["N"]) for name, shard in row["channels"]["M"].items()},
    )


def _kept() -> dict[str, Any]:
    return {"N": str(int(clock.now()) + KEPT_SECONDS)}


def _table() -> str:
    return setting("CONNECTIONS_TABLE")


def _key(name: str) -> dict[str, Any]:
    return {"connection_id": {"S": name}}
