"""Leaving word that a channel, or a part of it, has something to be sent: once, until somebody sends it.

Word that was left has a name, the moment. Whoever hears it twice finds that it is not, or no more, the word that the
row knows of, so a word that is repeated dies.
"""

import math
from typing import Any

from shared.base import clock
from shared.base.queues import leave
from shared.domains.channels.model import Channel
from shared.domains.channels.store.rows import WHAT, changed, progress_key

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
    """Have a channel sent that has been marked as due. Needs BROADCASTS.send, and CHANNELS.update where that fails."""
    _leave(channel.name, 0, channel.due, channel.sent_at)


def wake(channel: str, shard: int = 0, sent_at: float = 0.0) -> None:
    """Have a channel or a part of it sent where nothing was published, unless word has been left.

    Needs CHANNELS.update, BROADCASTS.send.
    """
    now = clock.now()
    condition = "attribute_exists(channel) AND (attribute_not_exists(due) OR due <= :stale)"
    if changed(progress_key(channel, shard), "SET due = :now", condition, now=now, stale=now - STALE):
        _leave(channel, shard, round(now, 3), sent_at)


def _leave(channel: str, shard: int, due: float, sent_at: float) -> None:
    """Leave word of a mark; without word the mark is taken back, which would keep others from leaving any."""
    try:
        tell({"channel": channel, "due": due, **({"shard": shard} if shard else {})}, delay(sent_at))
    except Exception:  # whatever it is
        changed(progress_key(channel, shard), "REMOVE due", "due = :due", due=due)
        raise
