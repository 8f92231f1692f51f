"""GET /api/v1/channels/{channel_id}: one of the caller's channels."""

from uuid import UUID

from functions.api.studio._models import Channel
from shared.contract.declare import get
from shared.contract.permissions import user
from shared.contract.resources import STUDIO_CHANNELS
from shared.domains.studio_channels.service.managing import ChannelService
from shared.http.caller import Caller
from shared.http.framework import BaseModel
from shared.http.serve import serve


class OneChannel(BaseModel):
    """A channel."""

    channel: Channel


@get(
    "/api/v1/channels/{channel_id}",
    caller=user("channels:read"),
    needs=(STUDIO_CHANNELS.get,),
    errors=((404, "NOT_FOUND"),),
)
async def get_channel(channel_id: UUID, caller: Caller, channels: ChannelService) -> OneChannel:
    """Show a channel; a deleted one too, as long as it can be had back."""
    return OneChannel(channel=Channel.of(channels.get(caller.require_user(), str(channel_id))))


handler = serve(get_channel)
