"""From the sources that a configuration names to bytes in the bucket."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from shared.base.objects import ObjectGoneError, Objects, ObjectSource
from shared.base.running import StepError
from shared.domains.jobs.rules.sources import own_video, shown
from shared.domains.videos.model import Status, Video
from shared.domains.videos.rules.keys import media_prefix, upload_key
from shared.domains.videos.store.videos import VideoStore
from shared.media.storage import RangeSource

OpenSource = Callable[[str], RangeSource]
"""Opens the bytes of a `src`."""

FETCHED = "fetched/"
"""Where bytes from the internet are kept; the bucket forgets them after three days."""

KNOWN_SECONDS = 36 * 3600
"""So old are bytes at most that an execution begins to read, which lasts 26 hours."""

LARGEST = 1024**3
FETCH_SECONDS = 240
MISSING = "SOURCE_MISSING"


@dataclass(frozen=True)
class Located:
    """Exact bytes: an object, its version where the key alone does not name them, its size."""

    key: str
    version: str
    size: int

    @property
    def identity(self) -> str:
        """What names these bytes and no others."""
        return f"{self.key}@{self.version or self.size}"

    def open(self, objects: Objects, src: str) -> RangeSource:
        """The bytes, to be read by range; a StepError that names the source should they be gone."""
        return _Named(objects.source(self.key, self.version or None, self.size), src)

    def to_json(self) -> dict[str, Any]:
        """Plain values only."""
        return asdict(self)


@dataclass(frozen=True)
class _Named:
    """The bytes of a source that has a name."""

    stored: ObjectSource
    src: str

    @property
    def size(self) -> int:
        """Length in bytes."""
        return self.stored.size

    def read(self, start: int, end: int) -> bytes:
        """Bytes start..end, the end excluded."""
        try:
            return self.stored.read(start, end)
        except ObjectGoneError:
            raise StepError(MISSING, f"The source {shown(self.src)} is there no more.") from None


@dataclass(frozen=True)
class Sources:
    """Finds sources for an owner.

    last_try  of the step: what may pass by itself ends the job, in words
    ask       called while bytes arrive: it raises when nobody waits for them any more
    """

    objects: Objects
    videos: VideoStore
    owner_id: str
    last_try: bool = False
    ask: Callable[[], None] = lambda: None

    def locate(self, src: str, known: Located | None = None) -> Located:
        """The bytes of a source, fetched first where they are on the internet, unless they are `known` and still there.

        StepError when there are none; what may pass by itself is raised as it is, so that the step is tried again.
        """
        video_id = own_video(src)
        if video_id:
            return self._own(src, video_id)
        if known and (age := self.objects.age(known.key)) is not None and age < KNOWN_SECONDS:
            return known
        return self._fetched(src)

    def _own(self, src: str, video_id: str) -> Located:
        video = self.videos.get(video_id)
        if video is None or video.owner_id != self.owner_id or video.status is Status.DELETED:
            raise StepError(MISSING, f"The source {shown(src)} is no video of yours.")
        if video.upload_version:
            return Located(upload_key(video.id), video.upload_version, video.file_size)
        if video.status is not Status.READY or not video.variants:
            raise StepError(MISSING, f"The source {shown(src)} has not arrived yet.")
        return _best_rendition(video)

    def _fetched(self, src: str) -> Located:
        from shared.base.fetching_once import fetch_once
        from shared.base.fetching_rules import FetchError, Limits

        try:
            limits = Limits(LARGEST, FETCH_SECONDS)
            kept = fetch_once(src, self.objects, FETCHED, self.owner_id, limits, on_piece=self.ask)
        except FetchError as error:
            if error.passing and not self.last_try:
                raise
            raise StepError(error.code, f"The source {shown(src)} cannot be fetched: {error.message}.") from error
        return Located(kept.key, "", kept.size)


def _best_rendition(video: Video) -> Located:
    """What a video has that was never uploaded, because a job has made it."""
    best = video.variants[0]
    return Located(media_prefix(video.id, video.version) + f"{best.name}.mp4", "", best.size)
