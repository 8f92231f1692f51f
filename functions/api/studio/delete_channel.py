"""DELETE /api/v1/channels/{channel_id}: delete a channel, in two steps."""

from typing import Annotated
from uuid import UUID

from shared.contract.declare import delete
from shared.contract.permissions import user
from shared.contract.resources import AUDIT, STUDIO_CHANNELS
from shared.domains.studio_channels.service.managing import ChannelService
from shared.http.caller import Caller
from shared.http.framework import BaseModel, Query, Response, json_response
from shared.http.serve import serve


class ConfirmationWanted(BaseModel):
    """What the second request confirms with, once, within ten minutes, and before the channel is changed."""

    confirmation_token: str
    message: str


class ChannelDeleted(BaseModel):
    """That it is done."""

    message: str


@delete(
    "/api/v1/channels/{channel_id}",
    caller=user("channels:write", fresh=True),
    needs=(STUDIO_CHANNELS.update, AUDIT.put),
    answers=((200, ChannelDeleted), (202, ConfirmationWanted)),
    errors=((404, "NOT_FOUND"),),
)
async def delete_channel(
    channel_id: UUID,
    caller: Caller,
    channels: ChannelService,
    confirmation_token: Annotated[str, Query(max_length=100)] = "",
) -> Response:
    """Delete a channel: the first request hands out a confirmation, the second one sends it, and the channel is gone.

    For 30 days it can be had back, by a status that is sent to it; then it goes for good.
    """
    owner_id = caller.require_user()
    if not confirmation_token:
        asked = channels.ask_to_delete(owner_id, str(channel_id))
        message = "Send the same request with this as confirmation_token, within ten minutes"
        return json_response(ConfirmationWanted(confirmation_token=asked, message=message), 202)
    channels.delete(owner_id, str(channel_id), confirmation_token)
    return json_response(ChannelDeleted(message="The channel is deleted. It can be had back for 30 days"), 200)


handler = serve(delete_channel)
