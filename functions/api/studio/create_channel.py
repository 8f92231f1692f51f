"""POST /api/v1/channels: make a channel."""

from typing import Annotated

from pydantic import ConfigDict, Field

from functions.api.studio._models import (
    Channel,
    ChannelDescription,
    ChannelSettings,
    Name,
    Niche,
    YouTubeChannelId,
)
from shared.contract.declare import post
from shared.contract.permissions import user
from shared.contract.resources import AUDIT, STUDIO_CHANNELS
from shared.domains.studio_channels.model import Settings
from shared.domains.studio_channels.rules import SetupTask, setup_tasks
from shared.domains.studio_channels.service.managing import ChannelService, ChannelWish
from shared.http.caller import Caller
from shared.http.framework import BaseModel
from shared.http.serve import serve


class ChannelRequest(BaseModel):
    """A channel that one wants to have."""

    model_config = ConfigDict(extra="forbid")

    name: Name
    niche: Niche
    description: ChannelDescription = ""
    youtube_channel_id: YouTubeChannelId | None = None
    settings: ChannelSettings = Field(default_factory=ChannelSettings)

    def wish(self) -> ChannelWish:
        """In the words of the domain."""
        settings = Settings(**self.settings.sent())
        return ChannelWish(self.name, self.niche, self.description, self.youtube_channel_id or "", settings)


class Task(BaseModel):
    """Something to be set up."""

    id: str
    title: str
    done: bool

    @classmethod
    def of(cls, task: SetupTask) -> "Task":
        """The task of the domain, in the words of the API."""
        return cls(id=task.id, title=task.title, done=task.done)


class NewChannel(BaseModel):
    """A channel, and what it needs before it works by itself."""

    channel: Channel
    setup_tasks: Annotated[list[Task], Field(max_length=10)]


@post(
    "/api/v1/channels",
    aliases=("/api/v1/channels/",),
    caller=user("channels:write"),
    status=201,
    idempotent=True,
    needs=(STUDIO_CHANNELS.put, STUDIO_CHANNELS.update, AUDIT.put),
    errors=((403, "CHANNEL_LIMIT_REACHED"),),
)
async def create_channel(wish: ChannelRequest, caller: Caller, channels: ChannelService) -> NewChannel:
    """Make a channel: 10 of tier free, 50 of pro, 200 of enterprise, however many requests come at once."""
    made = channels.create(caller.require_user(), caller.tier, wish.wish())
    return NewChannel(channel=Channel.of(made), setup_tasks=[Task.of(task) for task in setup_tasks(made)])


handler = serve(create_channel)
