"""What an archive is called, how long it is kept, and what goes into it."""

from shared.contract.limits import DAY
from shared.domains.privacy.rules.places import EXPORTS
from shared.domains.videos.model import Video
from shared.domains.videos.rules.keys import media_prefix, upload_key

KEPT_SECONDS = 7 * DAY
"""The bucket forgets what lies under `exports/` after as long."""

URL_SECONDS = 15 * 60
MOST_TRIES = 3
LEASE_SECONDS = 16 * 60
"""So long nobody else begins to make what somebody makes: a function ends after 15 minutes."""

MOST_MEDIA_BYTES = 5 * 1024**3
"""Of films in one archive; the others are listed with where they are to be had."""

SLOWEST = 20 * 1024**2
"""Bytes a second: what the copying of a film is expected to reach."""

FILE_NAME = "showreel-export.zip"


def archive_key(user_id: str, export_id: str) -> str:
    """Where an archive lies."""
    return f"{EXPORTS}{user_id}/{export_id}.zip"


def original_of(video: Video) -> tuple[str, str, int] | None:
    """Key, version ("" is the only one) and bytes of a video's best file; None when there is none yet."""
    if video.upload_version:
        return upload_key(video.id), video.upload_version, video.file_size
    if not video.variants or video.variants[0].url:
        return None
    best = video.variants[0]
    return f"{media_prefix(video.id, video.version)}{best.name}.mp4", "", best.size
