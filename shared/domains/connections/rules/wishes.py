"""What clients ask for, read from what they send."""

from dataclasses import dataclass
from typing import Any

from shared.base.errors import InvalidInputError
from shared.base.ids import is_id
from shared.domains.channels.rules.messages import COUNTERS
from shared.domains.channels.rules.names import JOB, USER, VIDEO

KINDS = (VIDEO, USER, JOB)
LARGEST_SEQ = 2**53 - 1

TYPE, CHANNEL, EVENTS, RESUME, SEQ = "type", "channel", "events", "resume", "seq"
VIDEO_ID, STATUS = "video_id", "status"
LIVE, OFFLINE = "live", "offline"


@dataclass(frozen=True)
class Subscription:
    """What a client wants to be told of.

    counters  which numbers of a video
    seen      the last seq that it knows, to go on from there; None to begin with what comes
    """

    channel: str
    counters: tuple[str, ...] = COUNTERS
    seen: int | None = None


def subscription_of(message: dict[str, Any]) -> Subscription:
    """Reads {"type", "channel", "events"?, "resume"?}. Raises InvalidInputError."""
    check_members(message, TYPE, CHANNEL, EVENTS, RESUME)
    seen = seq_of(message, RESUME) if RESUME in message else None
    return Subscription(channel_named(message), _counters(message), seen)


def announcement_of(message: dict[str, Any]) -> tuple[str, bool]:
    """Reads {"type", "video_id", "status"}: which video, and whether it is live. Raises InvalidInputError."""
    check_members(message, TYPE, VIDEO_ID, STATUS)
    video_id, status = message.get(VIDEO_ID), message.get(STATUS)
    if not isinstance(video_id, str) or not is_id(video_id):
        raise InvalidInputError.of(VIDEO_ID, "Name a video of yours")
    if status not in (LIVE, OFFLINE):
        raise InvalidInputError.of(STATUS, f"Say {LIVE} or {OFFLINE}")
    return video_id, status == LIVE


def check_members(message: dict[str, Any], *known: str) -> None:
    """Refuse members that mean nothing. Raises InvalidInputError."""
    if unknown := sorted(message.keys() - set(known)):
        raise InvalidInputError.of(unknown[0][:100], f"Unknown: a message of this type has {', '.join(known)}")


def channel_named(message: dict[str, Any]) -> str:
    """The channel that a message names. Raises InvalidInputError."""
    channel = message.get(CHANNEL)
    kind, _, id_ = channel.partition(":") if isinstance(channel, str) else ("", "", "")
    if kind not in KINDS or not is_id(id_):
        raise InvalidInputError.of(CHANNEL, "Name a channel: video:{id}, job:{id} or user:{your id}")
    return f"{kind}:{id_}"


def seq_of(message: dict[str, Any], member: str = SEQ) -> int:
    """The seq that a message names. Raises InvalidInputError."""
    seq = message.get(member)
    if type(seq) is not int or not 0 <= seq <= LARGEST_SEQ:
        raise InvalidInputError.of(member, "Give the last seq that you know: a whole number")
    return seq


def _counters(message: dict[str, Any]) -> tuple[str, ...]:
    events = message.get(EVENTS, list(COUNTERS))
    if not isinstance(events, list) or not all(event in COUNTERS for event in events):
        raise InvalidInputError.of(EVENTS, f"Name some of {', '.join(COUNTERS)}")
    return tuple(name for name in COUNTERS if name in events)
