"""PATCH /api/videos/{video_id}: change what is said about a video, and who may see it."""

from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, StringConstraints

from shared.contract.declare import patch
from shared.contract.permissions import user
from shared.contract.resources import COUNTS, MEDIA_KEY, OPERATIONS, VIDEOS
from shared.domains.videos.model import Visibility
from shared.domains.videos.rules.answers import VideoAnswer
from shared.domains.videos.rules.fields import Category, Description, Tags, Title
from shared.domains.videos.service.catalogue import CatalogueService
from shared.http.caller import Caller
from shared.http.framework import BaseModel
from shared.http.serve import serve


class VideoEdit(BaseModel):
    """The fields to change; those that are not sent stay. Null empties one; for `thumbnail_url` it means the poster."""

    model_config = ConfigDict(extra="forbid")

    title: Title = ""
    description: Description | None = None
    tags: Tags | None = None
    category: Category | None = None
    visibility: Visibility = Visibility.PUBLIC
    thumbnail_url: Annotated[str, StringConstraints(max_length=2048)] | None = None


@patch(
    "/api/videos/{video_id}",
    caller=user("videos:write"),
    needs=(VIDEOS.batch_get, COUNTS.batch_get, VIDEOS.update, OPERATIONS.update, COUNTS.update, MEDIA_KEY.read),
    errors=((404, "NOT_FOUND"), (409, "CONFLICT")),
)
async def edit_video(video_id: UUID, edit: VideoEdit, caller: Caller, catalogue: CatalogueService) -> VideoAnswer:
    """Edit a video. One that becomes private moves: every address of its media issued before is dead within minutes."""
    return catalogue.edit(str(video_id), caller.require_user(), edit.model_dump(exclude_unset=True))


handler = serve(edit_video)
