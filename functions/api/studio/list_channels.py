"""GET /api/v1/channels: the caller's channels."""

from typing import Annotated

from pydantic import Field

from functions.api.studio._models import Channel
from shared.base.pages import skipped
from shared.contract.declare import get
from shared.contract.permissions import user
from shared.contract.resources import STUDIO_CHANNELS
from shared.domains.studio_channels.model import Status
from shared.domains.studio_channels.service.managing import ChannelService
from shared.http.caller import Caller
from shared.http.framework import BaseModel, Query
from shared.http.paging import Pagination
from shared.http.serve import serve

LIMIT = 20


class Channels(BaseModel):
    """Channels, the latest first. Pages go by number: `next_cursor` is always null."""

    channels: Annotated[list[Channel], Field(max_length=100)]
    pagination: Pagination


@get(
    "/api/v1/channels",
    aliases=("/api/v1/channels/",),
    caller=user("channels:read"),
    needs=(STUDIO_CHANNELS.query,),
    errors=((400, "INVALID_PAGE"),),
)
async def list_channels(
    caller: Caller,
    channels: ChannelService,
    status: Status | None = None,
    page: Annotated[int, Query(ge=1)] = 1,
    limit: Annotated[int, Query(ge=1, le=100)] = LIMIT,
) -> Channels:
    """List the caller's channels: all that are not deleted, or those of a status. Deleted ones can be had back."""
    first = skipped(page, limit)
    found = channels.list_channels(caller.require_user(), status)
    told = Pagination(
        current_page=page,
        total_pages=-(-len(found) // limit),
        total_items=len(found),
        has_next=first + limit < len(found),
        has_prev=page > 1,
        next_cursor=None,
    )
    return Channels(channels=[Channel.of(one) for one in found[first : first + limit]], pagination=told)


handler = serve(list_channels)
