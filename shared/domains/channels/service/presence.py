"""What is live: an author says so, and viewers are told how many of them there are."""

from dataclasses import dataclass

from shared.base import clock
from shared.base.errors import UnavailableError
from shared.domains.channels.model import Channel, Notice
from shared.domains.channels.rules.messages import of_viewers
from shared.domains.channels.rules.names import VIDEO, channel_of
from shared.domains.channels.store.audience import AudienceStore
from shared.domains.channels.store.feed import FeedStore
from shared.domains.channels.store.waking import leave_word

TRIES = 8


@dataclass(frozen=True)
class PresenceService:
    """Live videos, and who is there."""

    feed: FeedStore
    audience: AudienceStore

    @classmethod
    def open(cls) -> "PresenceService":
        """On the stage's table."""
        return cls(FeedStore.open(), AudienceStore.open())

    def declare(self, video_id: str, live_until: float) -> int:
        """Have viewers told that a video is live until then (epoch seconds), or, with 0, that it is not any more.

        That the caller is its author is for them to know. How many are watching. Raises UnavailableError.
        Needs CHANNELS.batch_get, CHANNELS.put, CHANNELS.update, BROADCASTS.send.
        """
        name = channel_of(VIDEO, video_id)
        for _ in range(TRIES):
            channel = self.feed.watched([name]).get(name) or self._made(name)
            if channel and (told := self._told(channel, video_id, live_until)):
                return told.viewers
        raise UnavailableError("This cannot be told at the moment")

    def refreshed(self, channel: Channel) -> Channel:
        """A channel whose viewers are to be told how many they are now, if it is live, or that it is so no more."""
        is_live = channel.live_until > clock.now()
        if not channel.live_until or (is_live and channel.viewers == channel.live_viewers):
            return channel
        body = of_viewers(channel.name.partition(":")[2], channel.viewers, is_live=is_live)
        new = {"live_viewers": channel.viewers, "live_until": channel.live_until if is_live else 0}
        told = self.feed.append(channel, [Notice(channel.name, body)], sends=True, **new)
        return told or channel  # somebody published meanwhile, so it is sent again in a second

    def _made(self, name: str) -> Channel | None:
        return self.audience.create(name, is_owner=True, subscribers=0)

    def _told(self, channel: Channel, video_id: str, live_until: float) -> Channel | None:
        is_live = live_until > clock.now()
        notice = Notice(channel.name, of_viewers(video_id, channel.viewers, is_live=is_live))
        told = self.feed.append(channel, [notice], live_until=live_until, live_viewers=channel.viewers)
        if told and told.due != channel.due:
            leave_word(told)
        return told
