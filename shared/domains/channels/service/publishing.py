"""Publishing: what changes is told to the channels that somebody watches, each change once."""

import random
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from shared.base import clock, logs
from shared.base.consuming import Change
from shared.base.errors import UnavailableError
from shared.domains.channels.model import Channel, Notice
from shared.domains.channels.rules.frames import fresh
from shared.domains.channels.rules.messages import of_numbers, told_numbers
from shared.domains.channels.rules.names import VIDEO, channel_of
from shared.domains.channels.store.feed import FeedStore
from shared.domains.channels.store.waking import leave_word, wake

TRIES = 8
"""How often a channel is read anew because somebody else has published in it meanwhile."""

WAIT = 0.02
"""Seconds: the longest pause before the second try; it doubles with each further one."""

MARGIN = 5.0
"""Seconds by which clocks may differ, and the times that DynamoDB tells, which are whole seconds."""


@dataclass(frozen=True)
class Told:
    """What a change means: notices, and the video whose numbers it may change, if any."""

    notices: tuple[Notice, ...] = ()
    video_id: str = ""

    @property
    def channels(self) -> list[str]:
        """Whom it is for."""
        counted = [channel_of(VIDEO, self.video_id)] if self.video_id else []
        return [*counted, *(notice.channel for notice in self.notices)]


@dataclass(frozen=True)
class PublishingService:
    """Publishes in channels."""

    feed: FeedStore

    @classmethod
    def open(cls) -> "PublishingService":
        """On the stage's tables."""
        return cls(FeedStore.open())

    def publish(self, changes: Iterable[Change], meaning: Callable[[Change], Told]) -> list[Change]:
        """Publish what changes mean; the changes that failed, which may be published again with those that did not.

        One call where nobody watches, see `FeedStore.watched`. For each watched channel one query more, to know what is
        published already, and one transaction; and a read of the numbers where they may have changed.
        """
        told: list[tuple[Change, Told]] = []
        failed: list[Change] = []
        for change in changes:
            try:
                told.append((change, meaning(change)))
            except Exception as error:  # noqa: BLE001 - told to Lambda; what others did does not wait for it
                logs.log_exception("a change cannot be read", error, change=change.change_id)
                failed.append(change)
        lost = self._publish_all([meant for _, meant in told])
        return failed + [change for change, meant in told if not lost.isdisjoint(meant.channels)]

    def _publish_all(self, told: list[Told]) -> set[str]:
        """The channels in which it failed."""
        notices: dict[str, list[Notice]] = defaultdict(list)
        for one in told:
            for notice in one.notices:
                notices[notice.channel].append(notice)
        counted = {channel_of(VIDEO, one.video_id): one.video_id for one in told if one.video_id}
        failed = set()
        for name, channel in self.feed.watched([*counted, *notices]).items():
            try:
                self._publish(channel, notices[name], counted.get(name, ""))
            except Exception as error:  # noqa: BLE001 - given out again, and no other channel waits for it
                logs.log_exception("a channel cannot be told", error, channel=name)
                failed.add(name)
        return failed

    def _publish(self, channel: Channel, notices: list[Notice], video_id: str) -> None:
        for attempt in range(TRIES):
            if self.publish_in(channel, notices, video_id):
                return
            time.sleep(random.uniform(0, WAIT * 2**attempt))
            read = self.feed.watched([channel.name]).get(channel.name)
            if read is None:
                return
            channel = read
        raise UnavailableError("Too much is published at this moment")

    def publish_in(self, channel: Channel, notices: list[Notice], video_id: str) -> bool:
        """Publish in a channel that was just read; False when it has to be read again."""
        new = self._new(channel, notices)
        changed: dict[str, Any] = {}
        if video_id:
            numbers = told_numbers(self.feed.numbers([video_id])[video_id])
            if body := of_numbers(video_id, numbers, channel.numbers):
                new.append(Notice(channel.name, body))
                changed["numbers"] = numbers
        if not new:
            _remind(channel)
            return True
        after = self.feed.append(channel, new, **changed)
        if after and after.due != channel.due:
            leave_word(after)
        return after is not None

    def _new(self, channel: Channel, notices: list[Notice]) -> list[Notice]:
        if not notices:
            return []
        begin = min(notice.at for notice in notices) - MARGIN
        return fresh(notices, self.feed.published_since(channel.name, begin))


def _remind(channel: Channel) -> None:
    """Have a channel sent whose events were published by somebody who was ended, or failed, before word was left."""
    if channel.due:
        leave_word(channel)
    elif channel.position < channel.seq and channel.sending_until < clock.now():
        wake(channel.name, sent_at=channel.sent_at)
