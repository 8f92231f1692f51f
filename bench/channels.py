"""What is asked of channels of Studio: for each endpoint its main path."""

from collections.abc import Callable

from bench.people import Request
from bench.world import World
from shared.domains.studio_channels.service.managing import ChannelService, ChannelWish

PATH = "/api/v1/channels"
WISH = {"name": "Chess for all", "niche": "chess"}


def _own(world: World) -> str:
    """A channel of the user's; its id."""
    with world.stage.unrecorded():
        return ChannelService.open().create(world.user.id, "enterprise", ChannelWish("Chess", "chess")).id


def _create(world: World) -> Request:
    """Made by somebody who has none, since there are ten at most."""
    token = world.newcomer()
    return lambda: world.ask("studio.create_channel", "POST", PATH, WISH, token=token)


def _on_own(name: str, method: str, body: object = None) -> Callable[[World], Request]:
    def prepare(world: World) -> Request:
        path = f"{PATH}/{_own(world)}"
        return lambda: world.own(f"studio.{name}", method, path, body)

    return prepare


def _delete(world: World) -> Request:
    """The second request, with the confirmation that the first one hands out."""
    channel_id = _own(world)
    with world.stage.unrecorded():
        confirmation = ChannelService.open().ask_to_delete(world.user.id, channel_id)
    confirmed = {"query": f"confirmation_token={confirmation}", "token": world.token}
    return lambda: world.ask("studio.delete_channel", "DELETE", f"{PATH}/{channel_id}", **confirmed)


CHANNELS: dict[str, Callable[[World], Request]] = {
    "list_channels": lambda world: lambda: world.own("studio.list_channels", "GET", PATH),
    "create_channel": _create,
    "get_channel": _on_own("get_channel", "GET"),
    "edit_channel": _on_own("edit_channel", "PATCH", {"name": "Chess for everybody"}),
    "delete_channel": _delete,
}
"""Endpoint -> what sets its main path up and gives its request."""
