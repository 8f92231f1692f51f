"""Merging events into frames: what one subscriber is sent at once."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from shared.domains.channels.model import Audience, Event, Notice, Subscriber
from shared.domains.channels.rules.messages import BATCH, HIDDEN, RESET, UPDATE

MOST_BYTES = 100_000
"""Of a frame; API Gateway takes 128 kB."""

AROUND = 256
"""Bytes that a frame has around its messages at most, and each of these around what it tells."""


def fresh(notices: Iterable[Notice], published: Iterable[Event]) -> list[Notice]:
    """The notices that have not been published, nor a later one of the same item."""
    latest: dict[str, int] = {}
    for event in published:
        if event.source:
            latest[event.source] = max(event.change, latest.get(event.source, 0))
    return [notice for notice in notices if not notice.source or notice.change > latest.get(notice.source, -1)]


def fitting(events: Sequence[Event], limit: int = MOST_BYTES) -> Sequence[Event]:
    """The first events that fit into one frame, whoever gets it: at least one, and of a video's numbers any number."""
    size = 2 * AROUND
    for number, event in enumerate(events):
        size += 0 if event.body["type"] == UPDATE else AROUND + len(_encoded(event.body).encode())
        if size > limit and number:
            return events[:number]
    return events


def frame(channel: str, events: Sequence[Event], subscriber: Subscriber) -> str | None:
    """What a subscriber is sent of events, in their order; None when nothing of it is for them.

    Of a video's numbers the last ones stand for all. A single message goes as it is, several as a batch.
    """
    wanted = [event for event in events if _is_for(event, subscriber)]
    if hidden := [event for event in wanted if event.body["type"] == HIDDEN]:
        wanted = hidden[-1:]  # what was said just before is not theirs to see any more
    last = max((event.seq for event in wanted if event.body["type"] == UPDATE), default=0)
    messages = [_message(event, subscriber) for event in wanted if event.body["type"] != UPDATE or event.seq == last]
    if not messages:
        return None
    if len(messages) == 1:
        return _encoded({**messages[0], "channel": channel})
    return _encoded({"type": BATCH, "channel": channel, "seq": messages[-1]["seq"], "messages": messages})


def is_hidden_from(events: Iterable[Event], subscriber: Subscriber) -> bool:
    """Whether the events end what a subscriber may see of the channel."""
    return any(event.body["type"] == HIDDEN and _is_for(event, subscriber) for event in events)


def reset(channel: str, seq: int) -> str:
    """What somebody is sent who has missed what is not kept any more: they must read anew what they show."""
    return _encoded({"type": RESET, "channel": channel, "seq": seq})


def _is_for(event: Event, subscriber: Subscriber) -> bool:
    if event.audience in (Audience.NOBODY, Audience.OTHERS if subscriber.is_owner else Audience.OWNER):
        return False
    return event.body["type"] != UPDATE or any(name in subscriber.counters for name in event.body["changed"])


def _message(event: Event, subscriber: Subscriber) -> dict[str, Any]:
    if event.body["type"] != UPDATE:
        return {**event.body, "seq": event.seq}
    data = {name: value for name, value in event.body["data"].items() if name in subscriber.counters}
    told = {name: value for name, value in event.body.items() if name != "changed"}
    return {**told, "data": data, "seq": event.seq}


def _encoded(told: dict[str, Any]) -> str:
    return json.dumps(told, separators=(",", ":"), ensure_ascii=False)
