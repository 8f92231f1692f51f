"""What a connection is told of: channels that its user may see."""

from typing import Any

from shared.base.errors import AppError, NotFoundError
from shared.domains.channels.model import Joined, Subscriber
from shared.domains.channels.rules.messages import told_numbers
from shared.domains.channels.rules.names import USER, VIDEO
from shared.domains.channels.service.joining import JoiningService
from shared.domains.connections.errors import (
    ChannelNotFoundError,
    NotSubscribedError,
    TooManyChannelsError,
)
from shared.domains.connections.model import Connection
from shared.domains.connections.rules.limits import CHANNELS
from shared.domains.connections.rules.wishes import LIVE, OFFLINE, Subscription
from shared.domains.connections.store import connections
from shared.domains.jobs.service.desk import JobService
from shared.domains.videos.model import Numbers, Video
from shared.domains.videos.rules.seeing import seen
from shared.domains.videos.rules.status import processing_status
from shared.domains.videos.store.videos import VideoStore

Message = dict[str, Any]


class SubscriptionService:
    """Subscriptions of connections."""

    def __init__(self, joining: JoiningService) -> None:
        """Use `open()`."""
        self._joining = joining

    @classmethod
    def open(cls) -> "SubscriptionService":
        """On the stage's tables."""
        return cls(JoiningService.open())

    def subscribe(self, connection: Connection, wish: Subscription) -> Message:
        """Have a connection be told of a channel from now on, and say how things stand.

        A repeat is fine, and may ask for other numbers. NotFoundError for what its user may not see;
        TooManyChannelsError; ConnectionOverError.
        """
        channel = wish.channel
        if channel not in connection.channels and len(connection.channels) >= CHANNELS:
            raise TooManyChannelsError(CHANNELS)
        kind, _, id_ = channel.partition(":")
        if kind == VIDEO:
            return self._subscribe_to_video(connection, wish, id_)
        standing = self._own(connection.user_id, kind, id_)
        return _told(channel, self._joined(connection, wish, is_owner=True), standing)

    @staticmethod
    def _own(user_id: str, kind: str, id_: str) -> Message:
        """How a job or an account stands. NotFoundError unless it is the user's."""
        if not user_id or (kind == USER and id_ != user_id):
            raise ChannelNotFoundError
        if kind == USER:
            return {}
        job = JobService.open().get(id_, user_id)
        return {"status": job.status, "progress": job.progress}

    def _subscribe_to_video(self, connection: Connection, wish: Subscription, video_id: str) -> Message:
        """The video is read before, so that nobody joins who may not, and after, since it may be hidden meanwhile."""
        videos = VideoStore.open()
        video = seen(videos.get(video_id), connection.user_id)
        is_owner = bool(connection.user_id) and video.owner_id == connection.user_id
        joined = self._joined(connection, wish, is_owner=is_owner)
        found, numbers, _ = videos.get_counted(video_id)
        try:
            video = seen(found, connection.user_id)
        except NotFoundError:
            self._leave(connection, wish.channel, joined.shard)
            raise
        return _told(wish.channel, joined, _standing(video, numbers, wish, joined, is_owner=is_owner))

    def unsubscribe(self, connection: Connection, channel: str) -> Message:
        """Have a connection be told of a channel no more. A repeat is fine."""
        if channel in connection.channels:
            self._leave(connection, channel, connection.channels[channel])
        return {"type": "unsubscribed", "channel": channel}

    def resume(self, connection: Connection, channel: str, seq: int) -> Message:
        """Have a connection be sent again what it has missed. NotSubscribedError."""
        shard = connection.channels.get(channel)
        if shard is None or not self._joining.resume(channel, shard, connection.id, seq):
            raise NotSubscribedError
        return {"type": "resumed", "channel": channel}

    def _joined(self, connection: Connection, wish: Subscription, *, is_owner: bool) -> Joined:
        if (shard := connection.channels.get(wish.channel)) is not None:
            self._joining.leave(wish.channel, shard, connection.id)
        subscriber = Subscriber(connection.id, wish.counters, is_owner, connection.ends_at, wish.seen)
        joined = self._joining.join(wish.channel, subscriber)
        try:
            connections.keep_channel(connection.id, wish.channel, joined.shard, CHANNELS)
        except AppError:
            self._joining.leave(wish.channel, joined.shard, connection.id)
            raise
        return joined

    def _leave(self, connection: Connection, channel: str, shard: int) -> None:
        self._joining.leave(channel, shard, connection.id)
        connections.drop_channel(connection.id, channel)


def _told(channel: str, joined: Joined, standing: Message) -> Message:
    return {"type": "subscribed", "channel": channel, "seq": joined.seq, "data": standing}


def _standing(video: Video, numbers: Numbers, wish: Subscription, joined: Joined, *, is_owner: bool) -> Message:
    """How a video stands, in the numbers that were asked for; its author is told how far it is, too."""
    counted = told_numbers(numbers)
    standing: Message = {name: counted[name] for name in wish.counters}
    standing["live"] = {"status": LIVE if joined.is_live else OFFLINE, "viewer_count": joined.viewers}
    if is_owner:
        standing |= {"processing_status": processing_status(video.status), "progress": video.progress}
    return standing
