"""Channels: what people who are connected are told as it happens."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Audience(StrEnum):
    """Whom of a channel's subscribers something is for. The owner is whose video, job or account it is about."""

    ALL = "all"
    OWNER = "owner"
    OTHERS = "others"
    NOBODY = "nobody"


@dataclass(frozen=True)
class Subscriber:
    """A connection that is told of a channel. Times are epoch seconds.

    counters  the numbers of a video that it asked for, see rules.messages
    until     when what it may see ends with its token
    seen      the last `seq` that it knows, and goes on from; None when it begins with what comes
    """

    connection_id: str
    counters: tuple[str, ...]
    is_owner: bool
    until: float
    seen: int | None = None


@dataclass(frozen=True)
class Joined:
    """Where somebody has joined a channel: from now on they are told everything that has a higher `seq`.

    shard    the part of the channel that they are in; leaving it needs that
    viewers  how many others than the owner are subscribed, themselves included
    is_live  its author has said that the video is live
    """

    shard: int
    seq: int
    viewers: int
    is_live: bool


@dataclass(frozen=True)
class Notice:
    """Something that a channel is to be told.

    body      a message as clients get it, but for channel, seq, and what is only read as it is sent
    source    the item whose change it tells, and `change`, the number of the change among those of that item
    at        when that was, in epoch seconds
    """

    channel: str
    body: dict[str, Any]
    audience: Audience = Audience.ALL
    source: str = ""
    change: int = 0
    at: float = 0.0


@dataclass(frozen=True)
class Event:
    """A notice that has been published, as the `seq`-th of its channel."""

    seq: int
    body: dict[str, Any]
    audience: Audience
    source: str = ""
    change: int = 0


@dataclass(frozen=True, kw_only=True)
class Channel:
    """What is known of a channel while somebody is subscribed, or was lately. Times are epoch seconds, 0 is never.

    seq            of the last event. It begins with the channel's creation in milliseconds, so none ever comes again
    shards         parts of at most MOST_OF_SHARD subscribers; `filled`: how many have joined the last one
    numbers        of the video, as they were published last
    live_until     so long its author has declared it live; `live_viewers`: how many viewers were published last
    due            when word was left that it is to be sent, which names the word; 0 when nobody has since
    sent_at        when somebody began to send last
    position       the last seq that the subscribers of the shard have been sent; 0 where that is not known
    sending        the word upon which somebody sends, and `sending_until`: so long nobody else does
    """

    name: str
    seq: int = 0
    shards: int = 1
    filled: int = 0
    subscribers: int = 0
    viewers: int = 0
    expires_at: float = 0.0
    numbers: dict[str, int] = field(default_factory=dict)
    live_until: float = 0.0
    live_viewers: int = -1
    due: float = 0.0
    sent_at: float = 0.0
    position: int = 0
    sending: float = 0.0
    sending_until: float = 0.0
