"""Where a video's objects lie in the media bucket."""

import re
from dataclasses import dataclass

from shared.base.ids import UUID_PATTERN

UPLOADS = "uploads/"
THUMBNAIL_UPLOADS = "uploads/thumbnails/"
PUBLISHED = "v/"
EARLY = "early/"

FIRST_VERSION = 1
"""The media version that processing writes."""

MASTER = "master.m3u8"
POSTER = "poster.jpg"
STORYBOARD = "storyboard.vtt"
PREVIEW = "preview.mp4"
MANIFEST = "manifest.json"

_UPLOAD = re.compile(rf"uploads/({UUID_PATTERN})/source")
_THUMBNAIL = re.compile(rf"uploads/thumbnails/({UUID_PATTERN})/({UUID_PATTERN}|avatar)/({UUID_PATTERN})")
_THUMBNAIL_NAME = re.compile(rf"thumbnail-{UUID_PATTERN}\.jpg")


@dataclass(frozen=True)
class ThumbnailUpload:
    """What a raw thumbnail is for: the video's, or the user's avatar when `video_id` is ""."""

    user_id: str
    video_id: str
    thumbnail_id: str


def upload_key(video_id: str) -> str:
    """The key of the file that the owner uploads."""
    return f"{UPLOADS}{video_id}/source"


def uploaded_video(key: str) -> str | None:
    """The video whose upload has this key; None for any other key."""
    found = _UPLOAD.fullmatch(key)
    return found[1] if found else None


def thumbnail_key(upload: ThumbnailUpload) -> str:
    """The key of a raw thumbnail; it says all that its arrival needs to know."""
    return f"{THUMBNAIL_UPLOADS}{upload.user_id}/{upload.video_id or 'avatar'}/{upload.thumbnail_id}"


def uploaded_thumbnail(key: str) -> ThumbnailUpload | None:
    """What the raw thumbnail with this key is for; None for any other key."""
    found = _THUMBNAIL.fullmatch(key)
    return ThumbnailUpload(found[1], "" if found[2] == "avatar" else found[2], found[3]) if found else None


def thumbnail_name(thumbnail_id: str) -> str:
    """The name of a thumbnail, once re-encoded, under the media prefix. Ids sort by time, so names do."""
    return f"thumbnail-{thumbnail_id}.jpg"


def is_thumbnail_name(name: str) -> bool:
    """Whether a name under the media prefix is that of a chosen thumbnail."""
    return _THUMBNAIL_NAME.fullmatch(name) is not None


def media_prefix(video_id: str, version: int) -> str:
    """The prefix of the published files of one media version."""
    return f"{PUBLISHED}{video_id}/{version}/"


def early_prefix(video_id: str, version: int) -> str:
    """The prefix of what can be played of one media version while it is processed."""
    return f"{early_prefixes(video_id)}{version}/"


def early_prefixes(video_id: str) -> str:
    """The prefix of the same of all its media versions."""
    return f"{EARLY}{video_id}/"


def prefixes(video_id: str) -> tuple[str, ...]:
    """All prefixes that hold anything of a video: what deletion empties."""
    return (f"{UPLOADS}{video_id}/", f"work/{video_id}/", f"{PUBLISHED}{video_id}/", early_prefixes(video_id))


def from_early(key: str) -> str:
    """The relative address of a media file in playlists under `early_prefix`; it inherits their token."""
    return f"../../../{key}"
