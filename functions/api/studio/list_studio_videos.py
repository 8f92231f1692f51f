"""GET /api/v1/videos: the caller's videos."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from shared.contract.declare import get
from shared.contract.permissions import user
from shared.contract.resources import CURSOR_KEY, MEDIA_KEY, OPERATIONS, VIDEOS
from shared.domains.videos.rules.cards import StudioCard
from shared.domains.videos.rules.listing import Filter
from shared.domains.videos.service.catalogue import show_card
from shared.domains.videos.service.listing import ListingService
from shared.http.caller import Caller
from shared.http.framework import BaseModel, Query
from shared.http.paging import Pagination, pagination
from shared.http.serve import serve

LIMIT = 50


class StudioPagination(Pagination):
    """The same by offsets: `total` is `total_items`, and `offset` is null where a cursor has led."""

    total: int
    limit: int
    offset: int | None


class DiskUsage(BaseModel):
    """What all of the caller's videos take, whatever the list shows: uploaded files and renditions, in bytes."""

    bytes: int
    videos: int


class StudioVideos(BaseModel):
    """Videos, the latest first."""

    videos: Annotated[list[StudioCard], Field(max_length=100)]
    pagination: StudioPagination
    disk_usage: DiskUsage


@get(
    "/api/v1/videos",
    aliases=("/api/v1/videos/",),
    caller=user("videos:read"),
    needs=(
        VIDEOS.query_index("by_owner"),
        VIDEOS.query_index("by_status"),
        OPERATIONS.get,
        MEDIA_KEY.read,
        CURSOR_KEY.read,
    ),
    errors=((400, "INVALID_CURSOR, INVALID_PAGE"),),
)
async def list_studio_videos(
    caller: Caller,
    listing: ListingService,
    channel_id: UUID | None = None,
    status: Literal["queued", "processing", "completed", "ready", "published", "failed"] | None = None,
    date_from: Annotated[str, Query(max_length=40)] = "",
    date_to: Annotated[str, Query(max_length=40)] = "",
    page: Annotated[int, Query(ge=1)] = 1,
    limit: Annotated[int, Query(ge=1, le=100)] = LIMIT,
    offset: Annotated[int | None, Query(ge=0)] = None,
    cursor: Annotated[str, Query(max_length=200)] = "",
) -> StudioVideos:
    """List the caller's videos: all, or those of a status, a channel, or a time in which they were made.

    `date_from` and `date_to` are days or moments (ISO 8601, UTC unless they say otherwise), both included. `page` and
    `offset` reach 1000 videos deep, `cursor` all of them: it is `pagination.next_cursor` of the answer before.
    """
    wish = Filter(status or "", str(channel_id or ""), date_from, date_to)
    found = listing.page(caller.require_user(), wish, limit=limit, page=page, offset=offset, cursor=cursor)
    begins = None if cursor else (page - 1) * limit if offset is None else offset
    told = pagination(
        page=page if offset is None else offset // limit + 1,
        limit=limit,
        total=found.count.total,
        next_cursor=found.next_cursor,
        has_prev=found.has_prev,
        is_capped=found.count.is_capped,
    )
    return StudioVideos(
        videos=[show_card(card) for card in found.cards],
        pagination=StudioPagination(**told.model_dump(), total=found.count.total, limit=limit, offset=begins),
        disk_usage=DiskUsage(bytes=found.collection.stored_bytes, videos=found.collection.total),
    )


handler = serve(list_studio_videos)
