"""Making archives: one ZIP, streamed from what is kept into the bucket, with a part of it in memory at any time."""

import json
import time
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from shared.base import clock, logs
from shared.base.objects import ObjectGoneError, Objects, ObjectSink
from shared.base.running import each, seconds_left
from shared.domains.jobs.rules.naming import file_name
from shared.domains.privacy.model import Export, Status
from shared.domains.privacy.rules.archives import MOST_MEDIA_BYTES, MOST_TRIES, SLOWEST, archive_key, original_of
from shared.domains.privacy.service.gathering import Gathering
from shared.domains.privacy.store.exports import ExportStore
from shared.domains.videos.model import Video

AT_ONCE = 20
RESERVE_SECONDS = 120
FEWEST_SECONDS = 600
"""No archive is begun with less than that left: it would have no time for films."""
ZIP = "application/zip"
PIECE = 8 * 1024 * 1024
_EXTENSIONS = {"video/webm": "webm", "video/quicktime": "mov"}


class _Pipe:
    """A file that can only be written to, as ZipFile takes one."""

    def __init__(self, sink: ObjectSink) -> None:
        self._sink = sink

    def write(self, data: bytes) -> int:
        self._sink.write(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Parts are sent when they are full."""


@dataclass(frozen=True)
class ArchiveService:
    """Makes the archives that were asked for."""

    exports: ExportStore
    objects: Objects

    @classmethod
    def open(cls) -> "ArchiveService":
        """On the stage's own resources."""
        return cls(ExportStore.open(), Objects.open())

    def run(self) -> None:
        """Make what nobody makes; one that fails keeps no other waiting."""
        each(self.exports.open_work(AT_ONCE), lambda found: self.make(*found))

    def make(self, user_id: str, export_id: str) -> None:
        """Make an export, unless somebody does or it is over. After three tries it has failed."""
        if seconds_left() < FEWEST_SECONDS:
            return
        export = self.exports.claim(user_id, export_id)
        if export is None:
            return
        if export.tries > MOST_TRIES:
            self.exports.end(export, Status.FAILED)
            return
        try:
            self._write(export)
        except BaseException:
            self.exports.release(user_id, export_id)
            raise
        if not self.exports.end(export, Status.COMPLETED) and self.exports.get(user_id, export_id) is None:
            self.objects.erase(archive_key(user_id, export_id))

    def _write(self, export: Export) -> None:
        sink = self.objects.sink(archive_key(export.user_id, export.id), ZIP)
        try:
            with zipfile.ZipFile(_Pipe(sink), "w") as archive:  # type: ignore[arg-type]
                self._fill(archive, Gathering(export.user_id))
            sink.finish()
        except BaseException:
            sink.abort()
            raise
        logs.log("INFO", "export made", export_id=export.id, size=sink.size)

    def _fill(self, archive: zipfile.ZipFile, gathering: Gathering) -> None:
        for name, items in gathering.kinds().items():
            _write_list(archive, name, items())
        films: list[dict[str, Any]] = []
        room = MOST_MEDIA_BYTES
        for video in gathering.videos():
            copied = self._copy(archive, video, room)
            room -= copied
            name = _film_name(video) if copied else None
            films.append({"video_id": video.id, "file": name, "size": copied, "elsewhere": _elsewhere(video)})
        _write_list(archive, "media.json", films)

    def _copy(self, archive: zipfile.ZipFile, video: Video, room: int) -> int:
        """Put a video's film into the archive, stored as it is, while there is room and time; bytes of it, else 0."""
        original = original_of(video)
        if original is None:
            return 0
        key, version, size = original
        if size > room or seconds_left() < RESERVE_SECONDS + size / SLOWEST:
            return 0
        source = self.objects.source(key, version or None, size)
        try:
            first = source.read(0, min(size, PIECE))
        except ObjectGoneError:
            return 0
        with archive.open(_entry(_film_name(video), zipfile.ZIP_STORED), "w", force_zip64=True) as file:
            file.write(first)
            for start in range(len(first), size, PIECE):
                file.write(source.read(start, min(size, start + PIECE)))
        return size


def _entry(name: str, how: int) -> zipfile.ZipInfo:
    """A file of the archive, as old as the archive (UTC)."""
    entry = zipfile.ZipInfo(name, time.gmtime(clock.now())[:6])
    entry.compress_type = how
    return entry


def _film_name(video: Video) -> str:
    return f"media/{video.id}/{file_name(video.title, _EXTENSIONS.get(video.content_type, 'mp4'))}"


def _elsewhere(video: Video) -> str:
    """Where its owner gets a film by the API as well."""
    return f"/api/v1/videos/{video.id}/download"


def _write_list(archive: zipfile.ZipFile, name: str, items: Iterable[dict[str, Any]]) -> None:
    """A JSON array, written item by item."""
    with archive.open(_entry(name, zipfile.ZIP_DEFLATED), "w", force_zip64=True) as file:
        lead = "[\n"
        for item in items:
            file.write(f"{lead}{json.dumps(item, ensure_ascii=False, default=str)}".encode())
            lead = ",\n"
        file.write(b"[]\n" if lead == "[\n" else b"\n]\n")
