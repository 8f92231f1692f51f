"""What is asked of people who follow each other: for each endpoint its main path."""

from collections.abc import Callable

from bench.people import Request
from bench.world import World
from shared.base import tokens

FANS = 3


def _other(world: World) -> tuple[str, dict[str, str]]:
    """Somebody else, who has just registered: their token and what a path names them by."""
    token = world.newcomer()
    world.newcomers.discard(token)
    return token, {"user_id": tokens.verify(token, "access").user_id}


def _act(name: str, method: str) -> Callable[[World], Request]:
    """The user, or whoever shows their token instead, and somebody whom they did not follow, or did."""

    def prepare(world: World) -> Request:
        _, parameters = _other(world)
        path = f"/api/users/{parameters['user_id']}/follow"
        if method == "DELETE":
            with world.stage.unrecorded():
                world.ask("follows.follow_user", "POST", path, token=world.token, parameters=parameters)
        return lambda: world.ask(f"follows.{name}", method, path, token=world.token, parameters=parameters)

    return prepare


def _look(name: str, tail: str) -> Callable[[World], Request]:
    """Somebody whom some others follow, and who follows one of them."""

    def prepare(world: World) -> Request:
        own, parameters = _other(world)
        user_id = parameters["user_id"]
        with world.stage.unrecorded():
            for _ in range(FANS):
                fan = str(world.register()["tokens"]["access_token"])
                path = f"/api/users/{user_id}/follow"
                world.ask("follows.follow_user", "POST", path, token=fan, parameters=parameters)
            other = {"user_id": tokens.verify(fan, "access").user_id}
            path = f"/api/users/{other['user_id']}/follow"
            world.ask("follows.follow_user", "POST", path, token=own, parameters=other)
        path = f"/api/users/{user_id}{tail}"
        return lambda: world.ask(f"follows.{name}", "GET", path, token=world.token, parameters=parameters)

    return prepare


FOLLOWS: dict[str, Callable[[World], Request]] = {
    "follow_user": _act("follow_user", "POST"),
    "unfollow_user": _act("unfollow_user", "DELETE"),
    "list_followers": _look("list_followers", "/followers"),
    "list_following": _look("list_following", "/following"),
    "get_user": _look("get_user", ""),
}
"""Endpoint -> what sets its main path up and gives its request."""
