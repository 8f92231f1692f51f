"""What channels are told, event after event. Each method is one call of DynamoDB where it does not say otherwise."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from shared.base import clock, counts
from shared.base.tables import answering, queried, read_together
from shared.base.transactions import write_together
from shared.domains.channels.model import Channel, Event, Notice
from shared.domains.channels.rules.names import EVENT, event_row
from shared.domains.channels.store.rows import WHAT, events_text, key, number, state_key, table, to_channel, to_events
from shared.domains.channels.store.waking import is_due
from shared.domains.videos.model import Numbers
from shared.domains.videos.store.rows import to_numbers
from shared.domains.videos.store.videos import counted_as

KEPT = 3600
"""Seconds that an event is kept for those who have lost their connection."""

MOST_KEYS = 100
"""That DynamoDB reads in one call."""


class FeedStore:
    """The states of channels, and their events."""

    @classmethod
    def open(cls) -> "FeedStore":
        """The stage's."""
        return cls()

    def watched(self, channels: Iterable[str]) -> dict[str, Channel]:
        """Those of the channels that somebody is, or was lately, subscribed to: a call for each 100 of them.

        Needs CHANNELS.batch_get.
        """
        found: dict[str, Channel] = {}
        for some in _parts(channels, MOST_KEYS):
            with answering(WHAT):
                items = read_together({table(): [state_key(channel) for channel in some]})[table()]
            found |= {channel.name: channel for channel in map(to_channel, items)}
        return {name: channel for name, channel in found.items() if channel.expires_at > clock.now()}

    def numbers(self, video_ids: Iterable[str]) -> dict[str, Numbers]:
        """What is counted of videos, as of now: a call for each 25 of them. Needs COUNTS.batch_get."""
        found: dict[str, Numbers] = {}
        for some in _parts(video_ids, MOST_KEYS // counts.SHARDS):
            keys = [key for video_id in some for key in counts.keys(counted_as(video_id))]
            with answering(WHAT):
                totals = counts.total(read_together({counts.table(): keys})[counts.table()])
            found |= {video_id: to_numbers(totals.get(counted_as(video_id), {})) for video_id in some}
        return found

    def published_since(self, channel: str, moment: float) -> list[Event]:
        """What was published since a moment (epoch seconds). Needs CHANNELS.query."""
        found: list[Event] = []
        for item in _rows(channel, event_row(0), f"{EVENT}~", forward=False):
            if float(item["at"]["N"]) < moment:
                break
            found += to_events(item)
        return found

    def between(self, channel: str, after: int, upto: int) -> list[Event]:
        """The events after one seq up to another, in order: a call for each 1 MB of them. Needs CHANNELS.query."""
        if after >= upto:
            return []
        events = (event for item in _rows(channel, event_row(after + 1), event_row(upto)) for event in to_events(item))
        return [event for event in events if after < event.seq <= upto]

    def append(self, channel: Channel, notices: list[Notice], *, sends: bool = False, **changed: Any) -> Channel | None:
        """Publish notices as the next events of a channel that was just read, and have it sent.

        sends    the caller sends them, and nobody else is to be asked to
        changed  what else is new of the channel: `numbers`, `live_viewers`, `live_until`
        None when somebody was faster, and the channel has to be read again. It is for the caller to leave word where
        `due` is another one than before. One transaction of two writes. Needs CHANNELS.put, CHANNELS.update.
        """
        now = clock.now()
        told = enumerate(notices, channel.seq + 1)
        events = [Event(seq, one.body, one.audience, one.source, one.change) for seq, one in told]
        last = channel.seq + len(events)
        row = {
            **key(channel.name, event_row(last)),
            "events": {"S": events_text(events)},
            "at": number(now),
            "expires_at": number(int(now) + KEPT),
        }
        values = {":known": number(channel.seq), ":last": number(last), **_values(changed)}
        sets = ["seq = :last", *(f"{name} = :{name}" for name in changed)]
        condition, due = "seq = :known", channel.due
        if not sends:
            # whoever sends takes the word away that was left, and may have looked before this is there
            due = channel.due if is_due(channel) else now
            values[":due"] = number(due)
            if due == channel.due:
                condition += " AND due = :due"
            else:
                sets.append("due = :due")
        update = {
            "TableName": table(),
            "Key": state_key(channel.name),
            "UpdateExpression": "SET " + ", ".join(sets),
            "ConditionExpression": condition,
            "ExpressionAttributeValues": values,
        }
        with answering(WHAT):
            refusal = write_together({"Put": {"TableName": table(), "Item": row}}, {"Update": update})
        return None if refusal else replace(channel, seq=last, due=round(due, 3), **changed)


def _parts(names: Iterable[str], size: int) -> Iterator[list[str]]:
    """Names, each once, so many at a time."""
    each = list(dict.fromkeys(names))
    return (each[first : first + size] for first in range(0, len(each), size))


def _values(changed: dict[str, Any]) -> dict[str, Any]:
    return {
        f":{name}": {"S": json.dumps(value)} if isinstance(value, dict) else number(value)
        for name, value in changed.items()
    }


def _rows(channel: str, first: str, last: str, *, forward: bool = True) -> Iterator[dict[str, Any]]:
    """The rows of a channel from one to another, in their order or backwards."""
    with answering(WHAT):
        yield from queried(
            TableName=table(),
            KeyConditionExpression="channel = :channel AND #item BETWEEN :first AND :last",
            ExpressionAttributeNames={"#item": "item"},
            ExpressionAttributeValues={":channel": {"S": channel}, ":first": {"S": first}, ":last": {"S": last}},
            ConsistentRead=True,
            ScanIndexForward=forward,
            **({} if forward else {"Limit": 10}),
        )
