"""Leaving word that a channel has something to be sent, once until somebody sends it."""

import math

from shared.base import clock
from shared.base.aws import client
from shared.base.queues import leave
from shared.base.tables import READ_SECONDS, answering
from shared.base.transactions import past_conflicts
from shared.domains.channels.model import Channel
from shared.domains.channels.store.rows import WHAT, number, state_key, table

INTERVAL = 1.0
"""Seconds between two frames that a viewer is sent of a channel."""

STALE = 30.0
"""Word that was left so long ago and not heard is left again."""


def is_due(channel: Channel) -> bool:
    """Whether word has been left, and will be heard."""
    return clock.now() - channel.due < STALE


def leave_word(channel: Channel) -> None:
    """Have a channel sent, not before the frame that was sent last is INTERVAL old. Needs BROADCASTS.send."""
    wait = channel.sent_at + INTERVAL - clock.now()
    leave("BROADCASTS_QUEUE", {"channel": channel.name}, WHAT, delay=min(1, max(0, math.ceil(wait))))


def wake(channel: Channel) -> None:
    """The same where nothing was published, unless word has been left. Needs CHANNELS.update, BROADCASTS.send."""
    if is_due(channel):
        return
    calls = client("dynamodb", READ_SECONDS)
    now = clock.now()
    try:
        with answering(WHAT):
            past_conflicts(
                lambda: calls.update_item(
                    TableName=table(),
                    Key=state_key(channel.name),
                    UpdateExpression="SET due = :now",
                    ConditionExpression="attribute_exists(channel) AND (attribute_not_exists(due) OR due <= :stale)",
                    ExpressionAttributeValues={":now": number(now), ":stale": number(now - STALE)},
                )
            )
    except calls.exceptions.ConditionalCheckFailedException:
        return
    leave_word(channel)
