"""What an edit changes, and what it must find unchanged for that."""

from typing import Any

from shared.base.errors import InvalidInputError
from shared.domains.videos.model import OpenState, Status, Video, Visibility
from shared.domains.videos.rules.addresses import file_name
from shared.domains.videos.rules.keys import POSTER
from shared.domains.videos.rules.status import is_playable

_CLEARED: dict[str, Any] = {"description": "", "tags": (), "category": ""}


def edited(video: Video, wish: dict[str, Any], base: str, now: str) -> dict[str, Any]:
    """The fields of the row that differ once the wish is granted; {} when it asks for nothing new.

    wish  title, description, tags, category, visibility, thumbnail_url, as far as they were sent; None empties one
    base  the media server's address; `now` as a timestamp
    A video that can be played and becomes private leaves its media version: the row asks for its objects to be moved,
    at once, or as soon as it is ready.
    """
    fields = {name: _CLEARED[name] if value is None else value for name, value in wish.items() if name in _CLEARED}
    if "tags" in fields:
        fields["tags"] = tuple(fields["tags"])
    fields |= {name: wish[name] for name in ("title", "visibility") if name in wish}
    if "thumbnail_url" in wish:
        fields["thumbnail"] = _chosen_thumbnail(video, wish["thumbnail_url"], base)
    changed = {name: value for name, value in fields.items() if getattr(video, name) != value}
    if not changed:
        return {}
    if changed.get("visibility") is Visibility.PRIVATE and _must_move(video):
        changed["moving_to"] = video.version + 1
        if video.status is Status.READY:
            changed |= {"open_state": OpenState.MOVING, "touched_at": now}
    return {**changed, "updated_at": now}


def _must_move(video: Video) -> bool:
    """Whether addresses may be about that no move under way will end: one that has not switched yet ends them all."""
    return is_playable(video) and video.moving_to <= video.version


def unchanged(video: Video, changes: dict[str, Any]) -> dict[str, Any]:
    """The fields that must still be as they were read, so that the changes mean what they should."""
    held = {"thumbnail"} & changes.keys()
    if {"visibility", "category"} & changes.keys():
        held |= {"status", "visibility", "category"}
    if "visibility" in changes:
        held |= {"version", "moving_to", "early"}
    return {name: getattr(video, name) for name in held}


def _chosen_thumbnail(video: Video, address: str | None, base: str) -> str:
    """The name of the picture that an address means: the video's own thumbnail or poster, and no other."""
    if address is None or (video.poster_url and address == video.poster_url):
        return ""
    name = file_name(address, base, video.id)
    if name == POSTER:
        return ""
    if not name or name != video.thumbnail:
        problem = "This is no picture of this video: upload one with POST /api/upload/thumbnail/request"
        raise InvalidInputError.of("thumbnail_url", problem)
    return name
