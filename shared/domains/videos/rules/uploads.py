"""Rules of uploads: what may come, how large, in which parts."""

import re
import unicodedata
from dataclasses import dataclass

from shared.domains.videos.errors import IncompleteUploadError, UnknownPartsError
from shared.domains.videos.model import NamedPart, UploadedPart

GIB = 1024**3
MIB = 1024**2
PART_SIZE = 16 * MIB
"""Bytes of every part but the last; the largest file has 128 parts."""

VIDEO_TYPES = ("video/mp4", "video/webm", "video/quicktime")
VIDEO_BYTES = 2 * GIB
THUMBNAIL_TYPES = ("image/jpeg", "image/png", "image/webp")
THUMBNAIL_BYTES = 10 * MIB
FILENAME_BYTES = 1024
TITLE_LENGTH = 100
UNTITLED = "Untitled"
_ETAG = re.compile(r"[\x21-\x7e]+")
"""Of S3 an ETag is hexadecimal; here it is what XML can carry, and the rest is S3's to compare."""


@dataclass(frozen=True)
class PlannedPart:
    """A part that the owner is to send: its number from 1 and its bytes."""

    part_number: int
    size: int


def plan_parts(file_size: int) -> list[PlannedPart]:
    """The parts of a file of so many bytes."""
    starts = range(0, file_size, PART_SIZE)
    return [PlannedPart(number, min(PART_SIZE, file_size - start)) for number, start in enumerate(starts, 1)]


def missing_parts(file_size: int, arrived: list[UploadedPart]) -> list[PlannedPart]:
    """The planned parts that have not arrived, or arrived with another size."""
    have = {part.part_number: part.size for part in arrived}
    return [part for part in plan_parts(file_size) if have.get(part.part_number) != part.size]


def chosen_parts(file_size: int, named: list[NamedPart]) -> list[NamedPart]:
    """The parts named, each once and in order, ETags without quotes: all that a file of so many bytes is planned in.

    Their sizes are the planned ones, since addresses are signed for these; whether they have arrived is S3's to say.
    Raises UnknownPartsError for parts that have no address or no ETag of S3's, IncompleteUploadError when some lack.
    """
    planned = {part.part_number: part.size for part in plan_parts(file_size)}
    chosen = {part.part_number: part.etag.strip('"') for part in named}
    unknown = {
        part.part_number
        for part in named
        if part.part_number not in planned
        or part.etag.strip('"') != chosen[part.part_number]
        or not _ETAG.fullmatch(chosen[part.part_number])
    }
    if unknown:
        raise UnknownPartsError(sorted(unknown))
    total = sum(planned[number] for number in chosen)
    if total != file_size:
        raise IncompleteUploadError(total, file_size)
    return [NamedPart(number, chosen[number]) for number in sorted(chosen)]


def clean_filename(sent: str) -> str:
    """What of a file name is fit to be shown: the last part of a path, without control and direction characters."""
    last = sent.replace("\\", "/").rstrip("/").rpartition("/")[2]
    shown = "".join(character for character in last if unicodedata.category(character)[0] != "C")
    return " ".join(shown.split())


def title_from(filename: str) -> str:
    """The title of a video whose owner gave none: the file's name without its extension."""
    stem, dot, extension = filename.rpartition(".")
    name = stem if dot and stem and len(extension) <= 5 else filename
    return name.strip(" .")[:TITLE_LENGTH].strip() or UNTITLED
