"""Rules of uploads: what may come, how large, in which parts."""

import unicodedata
from dataclasses import dataclass

from shared.domains.videos.model import UploadedPart

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
