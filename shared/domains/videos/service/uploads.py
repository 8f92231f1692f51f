"""Uploads: straight to S3, at addresses that are good for one hour and for exactly what was announced."""

from dataclasses import dataclass, field, replace
from typing import Any

from shared.base import clock
from shared.base.ids import made_at, new_id
from shared.base.objects import URL_SECONDS
from shared.base.settings import setting
from shared.domains.accounts.rules.pictures import avatar_picture
from shared.domains.videos.errors import UnknownPartsError, UploadClosedError
from shared.domains.videos.model import Author, NamedPart, OpenState, Status, UploadedPart, Video, Visibility
from shared.domains.videos.rules.keys import ThumbnailUpload, thumbnail_key, upload_key
from shared.domains.videos.rules.seeing import owned
from shared.domains.videos.rules.uploads import PART_SIZE, chosen_parts, clean_filename, missing_parts, title_from
from shared.domains.videos.store.uploads import Completion, UploadStore
from shared.domains.videos.store.videos import VideoStore
from shared.domains.videos.store.writes import Expected

_ARRIVED = (Status.QUEUED, Status.PROCESSING, Status.READY)


@dataclass(frozen=True)
class UploadWish:
    """What somebody announces to upload. `title` "" is taken from the file's name; `file_size` in bytes."""

    filename: str
    file_size: int
    content_type: str
    duration: float | None = None
    title: str = ""
    description: str = ""
    tags: tuple[str, ...] = ()
    category: str = ""
    visibility: Visibility = Visibility.PUBLIC
    multipart: bool = False


@dataclass(frozen=True)
class PartAddress:
    """Where to PUT a part of exactly `size` bytes."""

    part_number: int
    url: str
    size: int


@dataclass(frozen=True)
class OpenUpload:
    """An upload, and how to go on with it.

    upload_url      one PUT of the whole file; None for an upload in parts, and once it is over
    headers         to send with the PUT, or with each part
    part_size       bytes of each part but the last; None for an upload in one piece
    uploaded_parts  what S3 holds already
    part_urls       for the parts that S3 does not hold yet
    expires_at      when the addresses end
    """

    video: Video
    expires_at: str
    upload_url: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    part_size: int | None = None
    uploaded_parts: list[UploadedPart] = field(default_factory=list)
    part_urls: list[PartAddress] = field(default_factory=list)


@dataclass(frozen=True)
class OpenThumbnail:
    """Where to PUT a picture, and with which headers."""

    thumbnail_id: str
    upload_url: str
    headers: dict[str, str]
    expires_at: str


@dataclass(frozen=True)
class UploadService:
    """Uploads of videos and of thumbnails."""

    videos: VideoStore

    @classmethod
    def open(cls) -> "UploadService":
        """The service on the stage's table."""
        return cls(VideoStore.open())

    @property
    def uploads(self) -> UploadStore:
        """The stage's bucket, opened when it is needed: who gives an upload up is told of none."""
        return UploadStore.open()

    def request(self, owner: Author, wish: UploadWish) -> OpenUpload:
        """A new video that awaits its file, and where to send that: one call, two for an upload in parts."""
        video = _new_video(owner, wish)
        if wish.multipart:
            video = replace(video, upload_id=self.uploads.begin(upload_key(video.id), video.content_type))
        self.videos.create(video)
        return self._open(video, [])

    def get(self, video_id: str, owner_id: str) -> OpenUpload:
        """How far an upload has come, with fresh addresses for the rest; none once it is over."""
        video = self._owned(video_id, owner_id)
        if video.status is not Status.AWAITING_UPLOAD:
            return OpenUpload(video, _expiry())
        arrived = self.uploads.parts(upload_key(video_id), video.upload_id) if video.upload_id else []
        return OpenUpload(video, _expiry()) if arrived is None else self._open(video, arrived)

    def complete(self, video_id: str, owner_id: str, upload_id: str, named: list[NamedPart]) -> Video:
        """Make one file of the parts named: two calls, and one more to tell what S3 refuses. A repeat answers the same.

        Raises UploadClosedError, UnknownPartsError, IncompleteUploadError.
        """
        video = self._owned(video_id, owner_id)
        if not video.upload_id:
            raise UploadClosedError("This upload is one PUT, which completes by itself")
        if video.upload_id != upload_id:
            raise UploadClosedError("This is not the video's upload_id")
        if video.status in _ARRIVED:
            return video
        if video.status is not Status.AWAITING_UPLOAD:
            raise UploadClosedError(f"The upload is over: {video.error_message or video.status}")
        chosen = chosen_parts(video.file_size, named)
        completion = self.uploads.complete(upload_key(video_id), upload_id, chosen)
        if completion is Completion.REFUSED:
            raise UnknownPartsError(self._refused(video, chosen))
        return video if completion is Completion.DONE else self._completed_before(video)

    def _refused(self, video: Video, chosen: list[NamedPart]) -> list[int]:
        """The parts that S3 does not hold as they were named; all of them, should it hold them by now."""
        arrived = self.uploads.parts(upload_key(video.id), video.upload_id) or []
        have = {part.part_number: part.etag for part in arrived}
        refused = [part.part_number for part in chosen if have.get(part.part_number) != part.etag]
        return refused or [part.part_number for part in chosen]

    def abort(self, video_id: str, owner_id: str) -> Video:
        """Give an upload up before it has arrived: two calls; aftermath.py drops its parts. A repeat is the same."""
        video = self._owned(video_id, owner_id)
        if video.status is Status.AWAITING_UPLOAD:
            video = self._cancel(video)
        if video.status is not Status.CANCELLED:
            raise UploadClosedError("The upload is over: delete the video instead")
        return video

    def _cancel(self, video: Video) -> Video:
        """The video after it, or as it stands when something else came first."""
        fields = {"open_state": "", "touched_at": "", "updated_at": clock.timestamp()}
        expected = Expected((Status.AWAITING_UPLOAD,))
        change = self.videos.move(video.id, expected, Status.CANCELLED, known=video, **fields)
        if change.made:
            return replace(video, status=Status.CANCELLED, **fields)
        return owned(change.video, video.owner_id)

    def request_thumbnail(self, user_id: str, video_id: str, file_size: int, content_type: str) -> OpenThumbnail:
        """Where to send a picture: for a video of the user's, or their avatar when `video_id` is ""."""
        if video_id:
            self._owned(video_id, user_id)
        thumbnail_id = new_id()
        key = thumbnail_key(ThumbnailUpload(user_id, video_id, thumbnail_id))
        url = self.uploads.put_url(key, file_size, content_type)
        return OpenThumbnail(thumbnail_id, url, _put_headers(file_size, content_type), _expiry())

    def _owned(self, video_id: str, owner_id: str) -> Video:
        return owned(self.videos.get(video_id), owner_id)

    def _open(self, video: Video, arrived: list[UploadedPart]) -> OpenUpload:
        key = upload_key(video.id)
        if not video.upload_id:
            url = self.uploads.put_url(key, video.file_size, video.content_type)
            return OpenUpload(video, _expiry(), url, _put_headers(video.file_size, video.content_type))
        wanted = missing_parts(video.file_size, arrived)
        return OpenUpload(
            video,
            _expiry(),
            part_size=PART_SIZE,
            uploaded_parts=arrived,
            part_urls=[
                PartAddress(part.part_number, self.uploads.part_url(key, video.upload_id, part), part.size)
                for part in wanted
            ],
        )

    def _completed_before(self, video: Video) -> Video:
        """S3 has no such upload: either it became the object, and the event is on its way, or it has expired."""
        if self.uploads.size(upload_key(video.id)) == video.file_size:
            return video
        raise UploadClosedError("The upload has expired: ask for a new one")


def _new_video(owner: Author, wish: UploadWish) -> Video:
    video_id = new_id()
    now = clock.timestamp(made_at(video_id))
    filename = clean_filename(wish.filename)
    fields: dict[str, Any] = {
        name: getattr(wish, name)
        for name in ("file_size", "content_type", "duration", "description", "tags", "category", "visibility")
    }
    return Video(
        id=video_id,
        owner_id=owner.id,
        author=replace(owner, avatar_url=avatar_picture(owner.avatar_url, setting("CDN_BASE_URL"))),
        title=wish.title or title_from(filename),
        filename=filename,
        created_at=now,
        updated_at=now,
        open_state=OpenState.AWAITING_UPLOAD,
        touched_at=now,
        **fields,
    )


def _put_headers(size: int, content_type: str) -> dict[str, str]:
    return {"Content-Type": content_type, "Content-Length": str(size), "If-None-Match": "*"}


def _expiry() -> str:
    return clock.timestamp(clock.now() + URL_SECONDS)
