"""What a video is: its row, its states, and the media that it becomes."""

from dataclasses import dataclass, field
from enum import StrEnum


class Status(StrEnum):
    """Where a video stands. `awaiting_upload`, `queued` and `processing` go on by themselves; the others stay."""

    AWAITING_UPLOAD = "awaiting_upload"
    QUEUED = "queued"
    PROCESSING = "processing"
    READY = "ready"
    FAILED = "failed"
    CANCELLED = "cancelled"
    DELETED = "deleted"


class OpenState(StrEnum):
    """Work on a video that somebody has to end: what the sweep looks for. A video without open work has none."""

    AWAITING_UPLOAD = "awaiting_upload"
    QUEUED = "queued"
    PROCESSING = "processing"
    MOVING = "moving"
    DELETING = "deleting"


class Visibility(StrEnum):
    """Who may see a video: anybody and in lists; whoever knows its id; its author alone."""

    PUBLIC = "public"
    UNLISTED = "unlisted"
    PRIVATE = "private"


@dataclass(frozen=True)
class Author:
    """A copy of the owner's public fields. `avatar_url` is a path (see accounts.rules); "" while none is chosen."""

    id: str
    username: str
    display_name: str
    avatar_url: str = ""
    verified: bool = False


@dataclass(frozen=True)
class Variant:
    """A rendition that can be played.

    name     the rung, for example "1080p", or "1080p-av1" in another codec than H.264; its file is `{name}.mp4`
    size     bytes
    bitrate  bits per second, sound included
    url      the file's address where it is not ours; "" is ours
    """

    name: str
    width: int
    height: int
    size: int
    bitrate: int
    url: str = ""

    @property
    def is_common(self) -> bool:
        """Whether it is in a codec that every player takes."""
        return "-" not in self.name


@dataclass(frozen=True)
class PublishedMedia:
    """What processing has put in place.

    duration, width, height   of the source as it is shown: seconds and pixels
    variants                  the rungs, best first, those of other codecs than H.264 after all of its own
    version                   the media version whose prefix holds the files
    poster_url                the poster's address where it is not ours; "" is ours, or none
    is_illustrated            storyboard and preview lie beside the stream
    """

    duration: float
    width: int
    height: int
    variants: tuple[Variant, ...]
    has_poster: bool = True
    version: int = 1
    poster_url: str = ""
    is_illustrated: bool = False


@dataclass(frozen=True, kw_only=True)
class Video:
    """A video as its row has it. Times are ISO 8601 in UTC.

    file_size        bytes that the owner announced
    duration         seconds: as announced, then as measured
    version          media version: the number in media keys and addresses
    upload_id        S3's name of an upload in parts
    upload_version   S3 version of the object that arrived; the one that is processed
    is_illustrated   storyboard and preview lie beside the stream
    thumbnail        name of a chosen thumbnail under the media prefix; "" is the poster
    moving_to        media version that the objects are being copied to, 0 when none
    touched_at       last sign of life of open work
    encoder          "outside" once an encoder that is not ours has been asked
    task_token       what the execution that waits for that encoder is answered with
    report_id        webhook id of that encoder's accepted report
    job_id           the job that makes or made it; "" when it was uploaded
    marks            what the workers that encode it have done: a mark for each step of each worker
    early            its beginning could be played while it was processed
    counted          a copy of its numbers, see rules.counted; b"" before the first one
    face             what lists show of it, see rules.faces; b"" of one that was not read
    """

    id: str
    owner_id: str
    author: Author
    title: str
    created_at: str
    updated_at: str
    status: Status = Status.AWAITING_UPLOAD
    description: str = ""
    tags: tuple[str, ...] = ()
    category: str = ""
    visibility: Visibility = Visibility.PUBLIC
    filename: str = ""
    content_type: str = ""
    file_size: int = 0
    upload_id: str = ""
    upload_version: str = ""
    progress: int = 0
    current_step: str = ""
    error_code: str = ""
    error_message: str = ""
    duration: float | None = None
    width: int = 0
    height: int = 0
    version: int = 1
    moving_to: int = 0
    variants: tuple[Variant, ...] = ()
    has_poster: bool = False
    poster_url: str = ""
    is_illustrated: bool = False
    thumbnail: str = ""
    published_at: str = ""
    execution_arn: str = ""
    open_state: str = ""
    touched_at: str = ""
    encoder: str = ""
    task_token: str = field(default="", repr=False)
    report_id: str = ""
    job_id: str = ""
    marks: frozenset[str] = frozenset()
    early: bool = False
    counted: bytes = b""
    face: bytes = field(default=b"", repr=False)

    @property
    def stored_bytes(self) -> int:
        """What its objects take of the bucket: the file that arrived, and the renditions; nothing once it is deleted.

        Playlists and pictures, which are small, do not count, nor do files that lie elsewhere. It changes with the
        status alone.
        """
        if self.status is Status.DELETED:
            return 0
        return (self.file_size if self.upload_version else 0) + sum(variant.size for variant in self.variants)


STEPS = 20
"""How far a video was watched is told in steps of 5 %."""


@dataclass(frozen=True)
class Numbers:
    """How many of what a video has, each exact.

    watch_seconds  how long it was watched in all, as far as players tell
    reached        how many came to each twentieth of it, and no further; () before any player has told
    """

    views: int = 0
    likes: int = 0
    dislikes: int = 0
    comments: int = 0
    watch_seconds: int = 0
    reached: tuple[int, ...] = ()


@dataclass(frozen=True)
class Counted:
    """What a video had of each, and when that was read."""

    numbers: Numbers
    as_of: str


@dataclass(frozen=True, kw_only=True)
class Card:
    """A video as lists show it; each field means what it means in a `Video`."""

    id: str
    title: str
    status: Status
    visibility: Visibility
    version: int
    created_at: str
    updated_at: str
    published_at: str = ""
    duration: float | None = None
    thumbnail: str = ""
    has_poster: bool = False
    poster_url: str = ""
    job_id: str = ""


@dataclass(frozen=True)
class Collection:
    """An owner's videos in numbers, deleted ones left out, kept in the transactions that change them.

    public  those that lists show to everybody
    """

    by_status: dict[Status, int]
    stored_bytes: int
    public: int = 0

    @property
    def total(self) -> int:
        """All videos."""
        return sum(self.by_status.values())


@dataclass(frozen=True)
class OpenVideo:
    """A video with open work, as the index of such videos shows it."""

    video_id: str
    open_state: OpenState
    touched_at: str
    execution_arn: str = ""


@dataclass(frozen=True)
class UploadedPart:
    """A part that S3 holds: its number from 1, bytes, and ETag without quotes."""

    part_number: int
    size: int
    etag: str


@dataclass(frozen=True)
class NamedPart:
    """A part as its sender names it: the number, and the ETag that S3 answered, quoted or not."""

    part_number: int
    etag: str
