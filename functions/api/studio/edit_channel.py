"""PATCH /api/v1/channels/{channel_id}: change a channel, pause it, or have a deleted one back."""

from typing import Any, Literal
from uuid import UUID

from pydantic import ConfigDict

from functions.api.studio._models import (
    Channel,
    ChannelDescription,
    ChannelSettings,
    Name,
    Niche,
    YouTubeChannelId,
)
from shared.contract.declare import patch
from shared.contract.permissions import user
from shared.contract.resources import AUDIT, STUDIO_CHANNELS
from shared.domains.studio_channels.model import Status
from shared.domains.studio_channels.service.managing import ChannelService
from shared.http.caller import Caller
from shared.http.framework import BaseModel
from shared.http.serve import serve


class ChannelEdit(BaseModel):
    """The fields to change; those that are not sent stay, settings too. A status has a deleted channel back."""

    model_config = ConfigDict(extra="forbid")

    name: Name = ""
    niche: Niche = ""
    description: ChannelDescription = ""
    youtube_channel_id: YouTubeChannelId | None = None
    status: Literal["active", "paused"] = "active"
    settings: ChannelSettings = ChannelSettings()

    def wish(self) -> dict[str, Any]:
        """In the words of the domain."""
        found = self.model_dump(exclude_unset=True)
        found |= {"status": Status(found["status"])} if "status" in found else {}
        found |= {"youtube_channel_id": found["youtube_channel_id"] or ""} if "youtube_channel_id" in found else {}
        return found | ({"settings": self.settings.sent()} if "settings" in found else {})


class EditedChannel(BaseModel):
    """The channel as it is now."""

    channel: Channel


@patch(
    "/api/v1/channels/{channel_id}",
    aliases=("PUT /api/v1/channels/{channel_id}",),
    caller=user("channels:write"),
    needs=(STUDIO_CHANNELS.get, STUDIO_CHANNELS.put, STUDIO_CHANNELS.update, AUDIT.put),
    errors=((403, "CHANNEL_LIMIT_REACHED"), (404, "NOT_FOUND"), (409, "CONFLICT")),
)
async def edit_channel(channel_id: UUID, edit: ChannelEdit, caller: Caller, channels: ChannelService) -> EditedChannel:
    """Change a channel. With a status one that was deleted within 30 days comes back, if the tier has room for it."""
    changed = channels.change(caller.require_user(), caller.tier, str(channel_id), edit.wish())
    return EditedChannel(channel=Channel.of(changed))


handler = serve(edit_channel)
