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


VIEWERS: dict[str, Callable[[World], Request]] = {
    "like_video": on_video("reactions.like_video", "POST", "/api/videos/{video}/like", {"action": "like"}),
}
"""Endpoint -> what sets its main path up and gives its request."""
