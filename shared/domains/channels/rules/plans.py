"""Who of a channel is sent what, and what it means for them once it is sent."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from shared.base.posting import Frame
from shared.domains.channels.model import Event, Subscriber
from shared.domains.channels.rules.frames import fitting, frame, is_hidden_from, reset


@dataclass(frozen=True)
class Plan:
    """What one subscriber is sent.

    frame     None when there is nothing for them
    after     what they have seen before it
    now_seen  how far they have come once it is sent; None when that is as far as all others
    is_over   they are told no more of the channel: its end, or that of their token
    """

    subscriber: Subscriber
    frame: Frame | None
    after: int
    now_seen: int | None = None
    is_over: bool = False


@dataclass
class Plans:
    """What a part of a channel is sent. Subscribers that ask for the same share a frame.

    position  how far those come who are not behind
    events    from the lowest seq that somebody goes on from
    """

    channel: str
    begin: int
    position: int
    upto: int
    events: Sequence[Event]
    _frames: dict[tuple[int, bool, tuple[str, ...]], Frame | None] = field(default_factory=dict)

    @classmethod
    def made(cls, channel: str, begin: int, upto: int, events: Sequence[Event]) -> "Plans":
        """Of the events of a channel, to which `begin` have been sent to those who are not behind."""
        new = [event for event in events if event.seq > begin]
        sent = fitting(new)
        return cls(channel, begin, sent[-1].seq if len(sent) < len(new) else upto, upto, events)

    def of(self, subscriber: Subscriber, now: float) -> Plan:
        """What a subscriber is sent."""
        after = self.begin if subscriber.seen is None else subscriber.seen
        if subscriber.until <= now:
            return Plan(subscriber, None, after, is_over=True)
        if subscriber.seen is not None and self._misses(subscriber.seen):
            return Plan(subscriber, Frame.of(reset(self.channel, self.position)), after)
        some = [event for event in self.events if after < event.seq <= self.position]
        sent = fitting(some)
        is_whole = len(sent) == len(some) and after <= self.position
        return Plan(
            subscriber,
            self._frame(after, sent, subscriber),
            after,
            None if is_whole else max(after, sent[-1].seq if sent else 0),
            is_hidden_from(sent, subscriber),
        )

    def _misses(self, seen: int) -> bool:
        """Whether what follows is not kept any more, or `seen` was never told."""
        return seen > self.upto or (seen < self.position and all(event.seq != seen + 1 for event in self.events))

    def _frame(self, after: int, sent: Sequence[Event], subscriber: Subscriber) -> Frame | None:
        asked = after, subscriber.is_owner, subscriber.counters
        if asked not in self._frames:
            text = frame(self.channel, sent, subscriber)
            self._frames[asked] = Frame.of(text) if text else None
        return self._frames[asked]
