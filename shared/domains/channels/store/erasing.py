"""What a channel has kept, once whose it is has left."""

from typing import Any

from shared.base.aws import client
from shared.base.tables import READ_SECONDS, answering
from shared.domains.channels.rules.names import shard_of
from shared.domains.channels.store.rows import WHAT, key, table


def removals(channel: str, most: int) -> list[dict[str, Any]]:
    """Writes that remove up to `most` rows of a channel that has one part: two calls. Needs CHANNELS.query."""
    found: list[dict[str, Any]] = []
    for partition in (channel, shard_of(channel, 0)):
        with answering(WHAT):
            answer = client("dynamodb", READ_SECONDS).query(
                TableName=table(),
                KeyConditionExpression="channel = :partition",
                ExpressionAttributeValues={":partition": {"S": partition}},
                ProjectionExpression="channel, #item",
                ExpressionAttributeNames={"#item": "item"},
                Limit=most,
            )
        found += [key(partition, item["item"]["S"]) for item in answer["Items"]]
    return [{"Delete": {"TableName": table(), "Key": one}} for one in found[:most]]
