"""Media addresses: `{base}/{expiry}.{mac}/v/{video_id}/{version}/{name}`, with `early` for `v` while it is processed.

The token stands in the path, so that relative names in playlists inherit it. The media server knows the same key.
"""

import hashlib
import hmac
import re

from shared.domains.videos.model import Card, Video, Visibility
from shared.domains.videos.rules.keys import MASTER, early_prefix, media_prefix

DAY = 86400
SHORTEST = 6 * 3600
"""Seconds that an address is good for at least; a private video's no longer either."""

_MAC_DIGITS = 32
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


def expiry_for(visibility: Visibility, now: float) -> int:
    """When an address made now ends, in epoch seconds.

    The end of a day for what anybody may see, so that one address serves all for that long and caches well.
    """
    earliest = int(now) + SHORTEST
    return earliest if visibility is Visibility.PRIVATE else -(-earliest // DAY) * DAY


def mac(key: str, video_id: str, version: int, expiry: int) -> str:
    """The first 32 hex digits of HMAC-SHA256 over video, media version and expiry."""
    message = f"{video_id}/{version}/{expiry}".encode()
    return hmac.new(key.encode(), message, hashlib.sha256).hexdigest()[:_MAC_DIGITS]


class MediaAddresses:
    """The addresses of one video's files, all with one token."""

    def __init__(self, base: str, key: str, video: Video | Card, now: float) -> None:
        """`base` is the media server's address; `key` the stage's key; `now` in epoch seconds."""
        expiry = expiry_for(video.visibility, now)
        token = f"{expiry}.{mac(key, video.id, video.version, expiry)}"
        server = f"{base.rstrip('/')}/{token}/"
        self._prefix = server + media_prefix(video.id, video.version)
        self.early = f"{server}{early_prefix(video.id, video.version)}{MASTER}"
        """The stream that grows while the video is processed."""

    def of(self, name: str) -> str:
        """The address of the file `name`."""
        assert _NAME.fullmatch(name), f"{name!r} is no name of a media file"
        return self._prefix + name


def file_name(address: str, base: str, video_id: str) -> str | None:
    """The name of the file that an address of this video's media leads to, whatever its token (if any) and version."""
    server, video = re.escape(base.rstrip("/")), re.escape(video_id)
    pattern = rf"{server}/(?:\d{{1,12}}\.[0-9a-f]{{{_MAC_DIGITS}}}/)?v/{video}/\d{{1,9}}/(.+)"
    found = re.fullmatch(pattern, address)
    return found[1] if found and _NAME.fullmatch(found[1]) else None
