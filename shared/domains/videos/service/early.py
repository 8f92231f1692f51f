"""Early play in the bucket: pieces, playlists that grow, and what they go on with once everything is published.

Two may write at the same time: tries of the early worker, and packaging, which ends the playlists. A piece is named
after its bytes, so that no other one takes its place. A playlist is written in place of the one that the writer has
read; the early worker stops at the first that somebody else has written, and packaging reads again.
"""

import threading
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256

from shared.base.objects import Objects
from shared.domains.videos.rules.keys import MASTER, early_prefix, from_early, media_prefix
from shared.media.early import SOUND, Piece
from shared.media.event_playlists import early_master, has_ended, head, with_piece, with_rest
from shared.media.layout import Layout
from shared.media.plan import Plan
from shared.media.playlists import MEDIA_TYPE

IMMUTABLE, CHANGING = "public, max-age=31536000, immutable", "no-cache"
CONTENT_TYPES = {SOUND: "audio/mp4"}


class SupersededError(Exception):
    """Nobody waits for what this worker makes: another one, or packaging, has gone on with its playlists."""


class EarlyPlaylists:
    """The playlists of one media version: of every rung, all alike while it is early, and of the sound."""

    def __init__(self, plan: Plan, objects: Objects, prefix: str) -> None:
        """Reads those that are there, from a try before or a moment ago."""
        self._objects = objects
        self._prefix = prefix
        self.names = [*([SOUND] if plan.has_audio else []), *(rung.name for rung in reversed(plan.common_rungs))]
        present = objects.keys(prefix)
        self.found: dict[str, tuple[str, str]] = {
            name: self._read(name) for name in self.names if self._key(name) in present
        }
        """Name -> text and entity tag."""

    def _key(self, name: str) -> str:
        return f"{self._prefix}{name}.m3u8"

    def _read(self, name: str) -> tuple[str, str]:
        body, tag = self._objects.get_tagged(self._key(name))
        return body.decode(), tag

    def reread(self, name: str) -> None:
        """Look at a playlist again that somebody else has written; SupersededError when it was erased."""
        try:
            self.found[name] = self._read(name)
        except KeyError:
            raise SupersededError from None

    def write(self, name: str, text: str) -> bool:
        """Put a playlist in the place of the one that was read; False when that is not there any more."""
        _, tag = self.found.get(name, ("", ""))
        written = self._objects.put_instead(self._key(name), text.encode(), MEDIA_TYPE, CHANGING, tag=tag)
        if written is not None:
            self.found[name] = text, written
        return written is not None


class EarlyPublisher:
    """What the early worker tells of its pieces. A try goes on where the one before it stopped."""

    def __init__(self, plan: Plan, objects: Objects, video_id: str, version: int, announce: Callable[[], bool]) -> None:
        """`announce` says that there is something to play, after every piece; False when nobody waits for it."""
        self._plan = plan
        self._objects = objects
        self._prefix = early_prefix(video_id, version)
        self._announce = announce
        self._lock = threading.Lock()
        self._has_master = False
        self._seen: dict[str, int] = {}
        """Fragments of each track that have come by, listed or not."""
        self._codecs: dict[str, str] = {}
        self._playlists = EarlyPlaylists(plan, objects, self._prefix)
        if any(has_ended(text) for text, _ in self._playlists.found.values()):
            raise SupersededError

    def publish(self, piece: Piece) -> None:
        """Store a piece and list it; SupersededError when that is of no use any more."""
        with self._lock:
            self._codecs[piece.track] = piece.codec
            seen = self._seen.get(piece.track, 0)
            self._seen[piece.track] = seen + len(piece.ranges)
            text = self._playlists.found.get(piece.track, (head(self._plan), ""))[0]
            if text.count("#EXTINF:") <= seen:
                header = self._store(piece.track, piece.header, "mp4", text)
                text = with_piece(text, piece, self._store(piece.track, piece.data, "m4s", text), header)
            self._list(piece.track, text)
            self._say_so()

    def _store(self, track: str, data: bytes, kind: str, text: str) -> str:
        """Write an object that is named after its bytes, unless the playlist names it already; its name."""
        name = f"{track}-{sha256(data).hexdigest()[:24]}.{kind}"
        if name not in text:
            self._objects.put(self._prefix + name, data, CONTENT_TYPES.get(track, "video/mp4"), IMMUTABLE)
        return name

    def _list(self, track: str, text: str) -> None:
        """Write a track's playlist, then those of the other rungs, which list the same until they are published."""
        if self._playlists.found.get(track, ("", ""))[0] != text and not self._playlists.write(track, text):
            raise SupersededError
        for name in self._playlists.names if track != SOUND else []:
            if name not in (track, SOUND) and self._playlists.found.get(name, ("", ""))[0] != text:
                self._follow(name, text)

    def _follow(self, name: str, text: str) -> None:
        """A try before may have stopped between two playlists, and gone on for a moment since this one began."""
        while not self._playlists.write(name, text):
            self._playlists.reread(name)
            if len(self._playlists.found[name][0]) >= len(text):
                raise SupersededError

    def _say_so(self) -> None:
        """Once each track has a piece, there is something to play."""
        if len(self._codecs) < 1 + self._plan.has_audio:
            return
        if not self._has_master:
            master = early_master(self._plan, self._codecs)
            self._objects.put(self._prefix + MASTER, master.encode(), MEDIA_TYPE, CHANGING)
            self._has_master = True
        if not self._announce():
            raise SupersededError


def finish(plan: Plan, objects: Objects, video_id: str, version: int, layouts: dict[str, Layout]) -> None:
    """Let the playlists that there are go on with the published files, and end them. A second time changes nothing.

    Those of a video that has failed meanwhile are gone, and stay so.
    """
    playlists = EarlyPlaylists(plan, objects, early_prefix(video_id, version))
    with suppress(SupersededError):
        _finish(playlists, video_id, version, layouts)


def _finish(playlists: EarlyPlaylists, video_id: str, version: int, layouts: dict[str, Layout]) -> None:
    for name in playlists.found:
        uri = from_early(f"{media_prefix(video_id, version)}{name}.mp4")
        while not has_ended(text := playlists.found[name][0]):
            if not playlists.write(name, with_rest(text, layouts[name], uri)):
                playlists.reread(name)
