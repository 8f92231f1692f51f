"""Delivering: what was published in a channel is sent to its subscribers, one frame a second and part of the channel.

Only one at a time sends a part, so what a connection gets is in order. What was sent is written down afterwards:
who is ended in between leaves the frame to be sent again, with the same `seq`, by which clients know what they have.
"""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from shared.base import clock, logs
from shared.base.consuming import Message
from shared.domains.channels.model import Channel
from shared.domains.channels.rules.plans import Plan, Plans
from shared.domains.channels.service.current import as_of_now
from shared.domains.channels.service.presence import PresenceService
from shared.domains.channels.service.sending import SendingService
from shared.domains.channels.store.audience import AudienceStore
from shared.domains.channels.store.claims import ClaimStore, Word
from shared.domains.channels.store.feed import FeedStore
from shared.domains.channels.store.waking import tell, wake
from shared.domains.videos.store.videos import VideoStore

MOST_MISSED = 1000
"""Events that somebody who was away is sent; who has missed more reads anew what they show."""


@dataclass(frozen=True)
class DeliveringService:
    """Sends to subscribers what their channels were told."""

    feed: FeedStore
    audience: AudienceStore
    claims: ClaimStore
    presence: PresenceService
    sending: SendingService
    videos: VideoStore

    @classmethod
    def open(cls) -> "DeliveringService":
        """On the stage's tables, queue and WebSocket API."""
        return cls(
            FeedStore.open(),
            AudienceStore.open(),
            ClaimStore.open(),
            PresenceService.open(),
            SendingService.open(),
            VideoStore.open(),
        )

    def deliver(self, messages: Iterable[Message]) -> list[Message]:
        """Send what word was left of, side by side. The messages that failed."""
        told = list(messages)
        with ThreadPoolExecutor(max(1, len(told))) as threads:
            done = list(threads.map(self._is_delivered, told))
        return [message for message, is_done in zip(told, done, strict=True) if not is_done]

    def _is_delivered(self, message: Message) -> bool:
        try:
            self._deliver(Word.of(message.body))
        except Exception as error:  # noqa: BLE001 - given out again, and no other channel waits for it
            logs.log_exception("a channel could not be sent", error, message_id=message.message_id)
            return False
        return True

    def _deliver(self, word: Word) -> None:
        claim = self.claims.take(word)
        if claim.progress is None:
            if claim.is_early:
                tell(word.message(), 1)
            return
        upto = self._end(word, claim.progress)
        begin = claim.progress.position or word.since or upto
        position, is_behind = self._send(word, begin, upto)
        if position < upto or is_behind:
            wake(word.channel, word.shard, claim.progress.sent_at)
        self.claims.finish(word, claim.progress, position)

    def _end(self, word: Word, progress: Channel) -> int:
        """The last seq that is to be sent. Who sends the first part has viewers counted and the other parts sent."""
        if word.shard:
            return max(progress.position, self._published(word) if word.due else word.upto)
        channel = self.presence.refreshed(progress)
        self._spread(channel, progress.position)
        return channel.seq

    def _published(self, word: Word) -> int:
        """The last seq of a channel of which a part is behind by itself."""
        channel = self.feed.watched([word.channel]).get(word.channel)
        return channel.seq if channel else 0

    def _spread(self, channel: Channel, position: int) -> None:
        """Have the other parts of a channel sent by others."""
        for shard in range(1, channel.shards):
            tell(Word(channel.name, shard, upto=channel.seq, since=position).message())

    def _send(self, word: Word, begin: int, upto: int) -> tuple[int, bool]:
        """Send a part what it has not been sent: how far it is now, and whether anybody could not be sent all of it."""
        found = self.audience.subscribers(word.channel, word.shard)
        now = clock.now()
        behind = [one.seen for one in found if one.seen is not None and one.seen >= upto - MOST_MISSED]
        lowest = min([begin, *behind])
        events = as_of_now(self.videos, word.channel, self.feed.between(word.channel, lowest, upto))
        plans = Plans.made(word.channel, begin, upto, events)
        work: list[Plan] = [plans.of(one, now) for one in found]
        return plans.position, self.sending.send_all(word, work)
