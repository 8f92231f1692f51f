"""Joining and leaving channels, and going on after a connection was lost."""

from dataclasses import dataclass

from shared.base import clock
from shared.base.errors import UnavailableError
from shared.domains.channels.model import Channel, Joined, Subscriber
from shared.domains.channels.store.audience import AudienceStore
from shared.domains.channels.store.waking import wake

MOST_OF_SHARD = 500
"""Subscribers of one part of a channel, who are sent what there is by one function."""

TRIES = 3


@dataclass(frozen=True)
class JoiningService:
    """Who is told of what. Whether somebody may be is for the caller to know."""

    audience: AudienceStore

    @classmethod
    def open(cls) -> "JoiningService":
        """On the stage's table."""
        return cls(AudienceStore.open())

    def join(self, channel: str, subscriber: Subscriber) -> Joined:
        """Have a connection be told of a channel: three calls. Whoever has joined before must leave first.

        What it is told of the present must be read afterwards, so that nothing falls between the two. A subscriber that
        has seen something is soon sent what came since, in the order of the channel, or a message `reset` when that is
        not kept any more.
        Raises UnavailableError. Needs CHANNELS.get, CHANNELS.put, CHANNELS.update and BROADCASTS.send.
        """
        known = self.audience.get(channel)
        shard = known.shards - 1 if known else 0
        is_new = self.audience.put(channel, shard, subscriber)
        joined = self._counted(channel, subscriber, is_known=known is not None, is_new=is_new)
        if joined.filled >= MOST_OF_SHARD and joined.shards == shard + 1:
            self.audience.open_shard(joined)
        self._tell(joined)
        if subscriber.seen is not None and subscriber.seen != joined.seq:
            wake(channel, shard, joined.sent_at)
        return Joined(shard, joined.seq, joined.viewers, joined.live_until > clock.now())

    def leave(self, channel: str, shard: int, connection_id: str) -> None:
        """Tell a connection no more of a channel; safe to repeat. Needs CHANNELS.delete, CHANNELS.update."""
        gone = self.audience.delete(channel, shard, connection_id)
        left = self.audience.count_out(channel, shard, is_owner=gone.is_owner) if gone else None
        if left is None:
            return
        if left.subscribers <= 0:
            self.audience.let_go(left)
        else:
            self._tell(left)

    def resume(self, channel: str, shard: int, connection_id: str, seen: int) -> bool:
        """Have a connection that has joined be sent again what comes after `seen`; False when it has not joined.

        Needs CHANNELS.update, BROADCASTS.send.
        """
        if not self.audience.go_on_from(channel, shard, connection_id, seen):
            return False
        wake(channel, shard)
        return True

    def _counted(self, channel: str, subscriber: Subscriber, *, is_known: bool, is_new: bool) -> Channel:
        for _ in range(TRIES):
            if is_known:
                joined = self.audience.count_in(channel, is_owner=subscriber.is_owner, is_new=is_new)
            else:
                joined = self.audience.create(channel, is_owner=subscriber.is_owner)
            if joined:
                return joined
            is_known = not is_known
        raise UnavailableError("This cannot be joined at the moment")

    def _tell(self, channel: Channel) -> None:
        """Have it sent that viewers of what is live have come or gone."""
        if channel.live_until > clock.now() and channel.viewers != channel.live_viewers:
            wake(channel.name, sent_at=channel.sent_at)
