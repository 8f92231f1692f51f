"""What people are told of others: feeds and notifications, for each endpoint its main path."""

from collections.abc import Callable

from bench.people import Request
from bench.world import World
from shared.domains.feeds.model import Entry
from shared.domains.feeds.store import FeedStore
from shared.domains.follows.service.following import FollowService
from shared.domains.notifications.model import Cause, Kind, Wish
from shared.domains.notifications.service.settling import SettlingService
from shared.domains.videos.rules.public_lists import place
from shared.domains.videos.store.videos import VideoStore


def _followed(world: World) -> tuple[str, str]:
    """Somebody whom the user follows, and a video of theirs."""
    with world.stage.unrecorded():
        author_id = str(world.register()["user"]["id"])
        video_id = world.ready(author_id)
        FollowService.open().follow(world.user.id, author_id)
    return author_id, video_id


def _feed(world: World) -> Request:
    author_id, video_id = _followed(world)
    with world.stage.unrecorded():
        video = VideoStore.open().get(video_id)
        assert video
        FeedStore().add([world.user.id], Entry(place(video), author_id))
    return lambda: world.own("videos.list_feed", "GET", "/api/users/me/following/videos")


def _notification(world: World) -> str:
    """The user is told of a new video; the notification's id."""
    _, video_id = _followed(world)
    wish = Wish(world.user.id, Cause(Kind.VIDEO, video_id=video_id), is_due=True)
    with world.stage.unrecorded():
        SettlingService.open().settle([wish])
    return wish.notification_id


def _list(world: World) -> Request:
    _notification(world)
    return lambda: world.own("notifications.list_notifications", "GET", "/api/notifications")


def _read(world: World) -> Request:
    """By its id, which costs more than all."""
    body = {"ids": [_notification(world)]}
    return lambda: world.own("notifications.read_notifications", "POST", "/api/notifications/read", body)


TELLING: dict[str, Callable[[World], Request]] = {
    "list_feed": _feed,
    "list_notifications": _list,
    "read_notifications": _read,
}
"""Endpoint -> what sets its main path up and gives its request."""
