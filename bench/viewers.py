"""What viewers do: for each endpoint its main path."""

from collections.abc import Callable
from typing import Any

from bench.people import Request
from bench.world import World


def on_video(name: str, method: str, path: str, body: Any = None) -> Callable[[World], Request]:
    """A request about a video that can be watched."""

    def prepare(world: World) -> Request:
        asked = path.format(video=world.ready())
        return lambda: world.own(name, method, asked, body)

    return prepare


def _of_author(world: World) -> Request:
    world.ready()
    return lambda: world.own("videos.list_videos_of_user", "GET", f"/api/users/{world.user.id}/videos")


VIEWERS: dict[str, Callable[[World], Request]] = {
    "watch_video": on_video("views.watch_video", "POST", "/api/videos/{video}/view", {"watch_time_seconds": 5}),
    "get_retention": on_video("views.get_retention", "GET", "/api/videos/{video}/retention"),
    "like_video": on_video("reactions.like_video", "POST", "/api/videos/{video}/like", {"action": "like"}),
    "list_videos": on_video("videos.list_videos", "GET", "/api/videos"),
    "list_videos_of_user": _of_author,
    "list_own_videos": on_video("videos.list_own_videos", "GET", "/api/users/me/videos"),
}
"""Endpoint -> what sets its main path up and gives its request."""
