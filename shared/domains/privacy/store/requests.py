"""Rows of the table `data-requests`: what somebody asked for, and whether there is work on it."""

from typing import Any

from shared.base import clock
from shared.base.aws import client
from shared.base.settings import setting
from shared.base.tables import READ_SECONDS, answering
from shared.domains.privacy.model import OpenState


def table() -> str:
    """The table's name."""
    return setting("DATA_REQUESTS_TABLE")


def request_key(user_id: str, request_id: str) -> dict[str, Any]:
    """The key of a request of a user's, as DynamoDB takes it."""
    return {"user_id": {"S": user_id}, "request_id": {"S": request_id}}


def opened(state: OpenState) -> dict[str, Any]:
    """What a row has as long as there is work on it, by which `open_requests` finds it."""
    return {"open_state": {"S": state}, "touched_at": {"S": clock.timestamp()}}


def open_requests(state: OpenState, limit: int) -> list[tuple[str, str]]:
    """User and id of requests that somebody has to go on with, the one first that was looked at longest ago."""
    with answering("Requests about data"):
        found = client("dynamodb", READ_SECONDS).query(
            TableName=table(),
            IndexName="by_state",
            KeyConditionExpression="open_state = :state",
            ExpressionAttributeValues={":state": {"S": state}},
            Limit=limit,
        )
    return [(item["user_id"]["S"], item["request_id"]["S"]) for item in found["Items"]]
