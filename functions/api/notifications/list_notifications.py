"""GET /api/notifications: what the caller is told."""

from typing import Annotated

from pydantic import Field

from shared.contract.declare import get
from shared.contract.permissions import user
from shared.contract.resources import COMMENTS, CURSOR_KEY, LISTED_PEOPLE, NOTIFICATIONS, VIDEOS
from shared.domains.notifications.rules.answers import NotificationAnswer
from shared.domains.notifications.service.reading import MOST, NotificationService
from shared.http.caller import Caller
from shared.http.framework import BaseModel, Query
from shared.http.paging import Pagination, pagination
from shared.http.serve import serve


class Notifications(BaseModel):
    """What the caller is told, the latest first. `unread_count` is of all, whatever page this is."""

    notifications: Annotated[list[NotificationAnswer], Field(max_length=MOST)]
    unread_count: int
    pagination: Pagination


@get(
    "/api/notifications",
    caller=user("videos:read"),
    needs=(
        *(NOTIFICATIONS.query_index("by_time"), NOTIFICATIONS.batch_get, COMMENTS.batch_get, VIDEOS.batch_get),
        *(LISTED_PEOPLE, CURSOR_KEY.read),
    ),
    errors=((400, "INVALID_CURSOR"),),
)
async def list_notifications(
    caller: Caller,
    notifications: NotificationService,
    limit: Annotated[int, Query(ge=1, le=MOST)] = 20,
    cursor: Annotated[str, Query(max_length=300)] = "",
) -> Notifications:
    """What others did that the caller wants to know, the latest first; it is kept for 90 days.

    `cursor` is `pagination.next_cursor` of the answer before. What is hidden or gone is left out; a page may then be
    shorter than `limit`. `pagination` counts those that were listed so far; with a cursor there are more.
    """
    found = notifications.page(caller.require_user(), limit=limit, cursor=cursor)
    return Notifications(
        notifications=found.notifications,
        unread_count=found.unread,
        pagination=pagination(
            page=1,
            limit=limit,
            total=found.total,
            next_cursor=found.next_cursor,
            has_prev=found.has_prev,
            is_capped=found.next_cursor is not None,
        ),
    )


handler = serve(list_notifications)
