"""Tickets, in the table of connections: the hash of each leads to whom it was issued to, for a moment and once."""

import hashlib
from typing import Any

from shared.base import clock
from shared.base.aws import client
from shared.base.settings import setting
from shared.base.tables import READ_SECONDS, answering
from shared.domains.connections.model import Client

WHAT = "Live updates"


def add(ticket: str, who: Client, expires_at: int) -> None:
    """Keep a ticket. Needs CONNECTIONS.put."""
    row = {
        **_key(ticket),
        "user_id": {"S": who.user_id},
        "session_id": {"S": who.session_id},
        "token_ends_at": {"N": str(who.ends_at)},
        "expires_at": {"N": str(expires_at)},
    }
    with answering(WHAT):
        client("dynamodb", READ_SECONDS).put_item(TableName=setting("CONNECTIONS_TABLE"), Item=row)


def take(ticket: str, address: str) -> Client | None:
    """Whom a ticket was issued to; None when it is not good (any more). It is good once. Needs CONNECTIONS.delete.

    DynamoDB removes rows some time after they have expired, so that is compared here.
    """
    table = client("dynamodb", READ_SECONDS)
    try:
        with answering(WHAT):
            answer = table.delete_item(
                TableName=setting("CONNECTIONS_TABLE"),
                Key=_key(ticket),
                ConditionExpression="expires_at > :now",
                ExpressionAttributeValues={":now": {"N": str(int(clock.now()))}},
                ReturnValues="ALL_OLD",
            )
    except table.exceptions.ConditionalCheckFailedException:
        return None
    row = answer["Attributes"]
    return Client(row["user_id"]["S"], row["session_id"]["S"], address, int(row["token_ends_at"]["N"]))


def _key(ticket: str) -> dict[str, Any]:
    return {"connection_id": {"S": f"ticket#{hashlib.sha256(ticket.encode()).hexdigest()}"}}
