"""POST /api/notifications/read: mark notifications as read."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from shared.base.errors import InvalidInputError
from shared.contract.declare import post
from shared.contract.permissions import user
from shared.contract.resources import NOTIFICATIONS
from shared.domains.notifications.service.reading import MOST_IDS, NotificationService
from shared.http.caller import Caller
from shared.http.framework import BaseModel
from shared.http.serve import serve


class Reading(BaseModel):
    """Which ones: some by their ids, or all that there are by now."""

    model_config = ConfigDict(extra="forbid")

    ids: Annotated[list[UUID], Field(min_length=1, max_length=MOST_IDS)] | None = None
    all: Literal[True] | None = None


class Unread(BaseModel):
    """How many notifications are unread now."""

    unread_count: int


@post(
    "/api/notifications/read",
    caller=user("videos:read"),
    needs=(NOTIFICATIONS.batch_get, NOTIFICATIONS.update),
)
async def read_notifications(body: Reading, caller: Caller, notifications: NotificationService) -> Unread:
    """Mark notifications as read. Asked again it is the same answer. Ids that the caller has not are passed over."""
    user_id = caller.require_user()
    if bool(body.ids) == bool(body.all):
        raise InvalidInputError.of("ids", "Send ids or all, not both")
    if body.all:
        return Unread(unread_count=notifications.read_all(user_id))
    return Unread(unread_count=notifications.read_some(user_id, map(str, body.ids or ())))


handler = serve(read_notifications)
