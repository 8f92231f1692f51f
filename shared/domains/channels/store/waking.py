"""Leaving word that a channel, or a part of it, has something to be sent: once, until somebody sends it.

Word that was left has a name, the moment. Whoever hears it twice finds that it is not, or no more, the word that the
row knows of, so a word that is repeated dies.
"""

import math
from typing import Any

from shared.base import clock
from shared.base.aws import client
from shared.base.queues import leave
from shared.base.tables import READ_SECONDS, answering
from shared.base.transactions import past_conflicts
from shared.domains.channels.model import Channel
from shared.domains.channels.store.rows import WHAT, number, progress_key, table

INTERVAL = 1.0
"""Seconds between two frames that a viewer is sent of a channel."""

STALE = 30.0
"""Word that was left so long ago and not heard is left again."""


def is_due(channel: Channel) -> bool:
    """Whether word has been left, and will be heard."""
    return clock.now() - channel.due < STALE


def delay(sent_at: float) -> int:
    """Seconds until the frame after one that was sent then may go."""
    return min(1, max(0, math.ceil(sent_at + INTERVAL - clock.now())))


def tell(message: dict[str, Any], seconds: int = 0) -> None:
    """Leave a message for whoever sends. Needs BROADCASTS.send."""
    leave("BROADCASTS_QUEUE", message, WHAT, delay=seconds)


def leave_word(channel: Channel) -> None:
    """Have a channel sent that has been marked as due. Needs BROADCASTS.send."""
    tell({"channel": channel.name, "due": channel.due}, delay(channel.sent_at))


def wake(channel: str, shard: int = 0, sent_at: float = 0.0) -> None:
    """Have a channel or a part of it sent where nothing was published, unless word has been left.

    Needs CHANNELS.update, BROADCASTS.send.
    """
    calls, now = client("dynamodb", READ_SECONDS), clock.now()
    condition = "(attribute_not_exists(due) OR due <= :stale)"
    try:
        with answering(WHAT):
            past_conflicts(
                lambda: calls.update_item(
                    TableName=table(),
                    Key=progress_key(channel, shard),
                    UpdateExpression="SET due = :now",
                    ConditionExpression=condition if shard else f"attribute_exists(channel) AND {condition}",
                    ExpressionAttributeValues={":now": number(now), ":stale": number(now - STALE)},
                )
            )
    except calls.exceptions.ConditionalCheckFailedException:
        return
    tell({"channel": channel, "shard": shard, "due": round(now, 3)}, delay(sent_at))
