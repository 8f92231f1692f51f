"""PATCH and PUT /api/v1/videos/{video_id}: change what is said about a video, and who may see it."""

import base64
import binascii
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, ConfigDict, StringConstraints

from shared.base.errors import InvalidInputError
from shared.contract.declare import patch
from shared.contract.permissions import user
from shared.contract.resources import COUNTS, MEDIA, MEDIA_KEY, OPERATIONS, VIDEOS
from shared.domains.jobs.rules.studio import StudioVideo
from shared.domains.jobs.service.studio import StudioService
from shared.domains.videos.model import Visibility
from shared.domains.videos.rules.fields import Description, Tags, Title
from shared.http.caller import Caller
from shared.http.framework import BaseModel
from shared.http.serve import serve

TAG_CHARACTERS = 500


def _few(tags: list[str]) -> list[str]:
    if sum(map(len, tags)) > TAG_CHARACTERS:
        raise ValueError(f"tags have at most {TAG_CHARACTERS} characters in all")
    return tags


class StudioVideoEdit(BaseModel):
    """The fields to change; those that are not sent stay. Null empties one; for `thumbnail` it means the poster.

    thumbnail  the address of a picture of this video, or a JPEG, PNG or WebP in base64, which takes some seconds
    """

    model_config = ConfigDict(extra="forbid")

    title: Title = ""
    description: Description | None = None
    tags: Annotated[Tags, AfterValidator(_few)] | None = None
    visibility: Visibility = Visibility.PUBLIC
    thumbnail: Annotated[str, StringConstraints(max_length=1_000_000)] | None = None


class StudioVideoEdited(BaseModel):
    """The video after it."""

    video: StudioVideo


@patch(
    "/api/v1/videos/{video_id}",
    aliases=("PUT /api/v1/videos/{video_id}",),
    caller=user("videos:write"),
    needs=(
        *(VIDEOS.get, VIDEOS.update, OPERATIONS.update, COUNTS.update),
        *(MEDIA.put("uploads/thumbnails/"), MEDIA_KEY.read),
    ),
    errors=((404, "NOT_FOUND"), (409, "CONFLICT")),
)
async def edit_studio_video(
    video_id: UUID, edit: StudioVideoEdit, caller: Caller, studio: StudioService
) -> StudioVideoEdited:
    """Edit a video. One that becomes private moves: every address of its media issued before is dead within minutes."""
    wish = edit.model_dump(exclude_unset=True)
    picture = _picture(wish)
    return StudioVideoEdited(video=studio.edit(str(video_id), caller.require_user(), wish, picture))


def _picture(wish: dict[str, object]) -> bytes | None:
    """The picture that a wish carries; its address, or the wish for the poster, becomes that of the Watch edition."""
    if "thumbnail" not in wish:
        return None
    sent = wish.pop("thumbnail")
    if not isinstance(sent, str) or sent.startswith(("https://", "http://")):
        wish["thumbnail_url"] = sent
        return None
    try:
        return base64.b64decode(sent.partition("base64,")[2] or sent, validate=True)
    except (binascii.Error, ValueError):
        raise InvalidInputError.of("thumbnail", "This is neither an address nor base64") from None


handler = serve(edit_studio_video)
