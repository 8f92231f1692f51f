"""How a video goes from its upload to its stream. Every method is safe to run twice.

A change of the status is a read and a transaction, anything else one call of DynamoDB.
"""

from dataclasses import dataclass
from typing import Any

from shared.base import clock
from shared.domains.videos.errors import MediaMovingError
from shared.domains.videos.model import OpenState, OpenVideo, PublishedMedia, Status, Video
from shared.domains.videos.rules.keys import thumbnail_name
from shared.domains.videos.rules.status import RUNNING, SIZE_MISMATCH
from shared.domains.videos.store.videos import Change, VideoStore
from shared.domains.videos.store.writes import Added, Expected

ERROR_LENGTH = 500
SWEPT_AT_ONCE = 100
_CLOSED: dict[str, Any] = {"open_state": "", "touched_at": "", "current_step": "", "marks": frozenset()}


@dataclass(frozen=True)
class ProcessingService:
    """The steps of processing, for workflows, events and schedules."""

    store: VideoStore

    @classmethod
    def open(cls) -> "ProcessingService":
        """The service on the stage's table."""
        return cls(VideoStore.open())

    def get(self, video_id: str) -> Video | None:
        """A video as it stands now, deleted ones included."""
        return self.store.get(video_id)

    def goes_on(self, video_id: str) -> bool:
        """Whether a video is processed, or has become ready."""
        video = self.get(video_id)
        return video is not None and video.status in (Status.PROCESSING, Status.READY)

    def accept_upload(self, video_id: str, *, size: int, upload_version: str) -> bool:
        """The uploaded object has arrived (awaiting_upload -> queued): whether the processing is to be started.

        True again for the same upload while no execution has begun on it. False when there is nothing to start: the
        video is unknown, cancelled, deleted, past this point, or the upload is another one. An object that is not as
        large as announced fails the video.
        """
        now = clock.timestamp()
        change = self.store.move(
            video_id,
            Expected((Status.AWAITING_UPLOAD,), {"file_size": size}),
            Status.QUEUED,
            upload_version=upload_version,
            open_state=OpenState.QUEUED,
            touched_at=now,
            updated_at=now,
        )
        video = change.video
        if video is not None and video.status is Status.AWAITING_UPLOAD:
            message = f"The upload has {size} bytes, and {video.file_size} were announced as file_size"
            self.fail(video_id, None, SIZE_MISMATCH, message)
            return False
        return _stands(change, Status.QUEUED, upload_version=upload_version)

    def begin(self, video_id: str, upload_version: str, execution_arn: str) -> bool:
        """An execution takes the video up (queued -> processing); False when it must not: then it ends quietly."""
        now = clock.timestamp()
        change = self.store.move(
            video_id,
            Expected((Status.QUEUED,), {"upload_version": upload_version}),
            Status.PROCESSING,
            execution_arn=execution_arn,
            open_state=OpenState.PROCESSING,
            touched_at=now,
            updated_at=now,
        )
        return _stands(change, Status.PROCESSING, upload_version=upload_version, execution_arn=execution_arn)

    def report(self, video_id: str, percent: float, step: str) -> bool:
        """Store progress if it is higher than what is stored: at most 99, since only `complete` makes it 100.

        False when the video is no longer being processed (deleted, failed): whoever works on it can stop.
        """
        reached = max(0, min(99, int(percent)))
        change = self.store.change(
            video_id,
            Expected((Status.PROCESSING,), progress_below=reached),
            progress=reached,
            current_step=step,
            touched_at=clock.timestamp(),
        )
        return change.video is not None and change.video.status is Status.PROCESSING

    def report_marks(self, video_id: str, marks: set[str]) -> frozenset[str] | None:
        """Add marks of progress to those that the workers have set; all that there are now. Twice the same is once.

        None when the video is no longer being processed: whoever works on it can stop.
        """
        change = self.store.change(
            video_id,
            Expected((Status.PROCESSING,)),
            touched_at=clock.timestamp(),
            **({"marks": Added(frozenset(marks))} if marks else {}),
        )
        return change.video.marks if change.made and change.video else None

    def announce_early(self, video_id: str, upload_version: str, before: int) -> bool:
        """The beginning can be played while the rest is processed; False when it must not be, so that it can stop.

        before  progress from which on this comes too late
        """
        return self.store.change(
            video_id,
            Expected((Status.PROCESSING,), {"upload_version": upload_version}, progress_below=before),
            early=True,
        ).made

    def complete(
        self,
        video_id: str,
        upload_version: str,
        media: PublishedMedia,
        *,
        report_id: str = "",
        known: Video | None = None,
    ) -> bool:
        """The media are in place (processing -> ready); False when the video is no longer to be published.

        report_id  the outside encoder's report that says so, "" when it is our own pipeline
        known      the video, when it has just been read
        """
        now = clock.timestamp()
        change = self._complete(video_id, upload_version, media, report_id, now, known)
        if change.video is not None and change.video.status is Status.PROCESSING and change.video.moving_to:
            change = self._complete(video_id, upload_version, media, report_id, now, change.video)
        return _stands(change, Status.READY, upload_version=upload_version)

    def _complete(
        self, video_id: str, upload_version: str, media: PublishedMedia, report_id: str, now: str, known: Video | None
    ) -> Change:
        """The same; one that became private while its beginning could be played has to move at once."""
        moving_to = known.moving_to if known else 0
        move = {"open_state": OpenState.MOVING, "touched_at": now} if moving_to else {}
        return self.store.move(
            video_id,
            Expected((Status.PROCESSING,), {"upload_version": upload_version, "moving_to": moving_to}),
            Status.READY,
            known=known,
            progress=100,
            duration=media.duration,
            width=media.width,
            height=media.height,
            variants=media.variants,
            has_poster=media.has_poster,
            poster_url=media.poster_url,
            is_illustrated=media.is_illustrated,
            version=media.version,
            report_id=report_id,
            published_at=now,
            updated_at=now,
            **_CLOSED | move,
        )

    def fail(
        self,
        video_id: str,
        upload_version: str | None,
        code: str,
        message: str,
        *,
        report_id: str = "",
        known: Video | None = None,
    ) -> bool:
        """The video cannot become a stream: from any running state to failed, with a reason that its owner reads.

        upload_version  None fails the video whichever upload it has
        report_id       the outside encoder's report that says so, "" when it is our own pipeline
        known           the video, when it has just been read
        False when it stands elsewhere (ready, cancelled, deleted, unknown). A failed one keeps its first reason.
        """
        expected = Expected(RUNNING, {"upload_version": upload_version} if upload_version else None)
        change = self.store.move(
            video_id,
            expected,
            Status.FAILED,
            known=known,
            error_code=code,
            error_message=message[:ERROR_LENGTH],
            report_id=report_id,
            updated_at=clock.timestamp(),
            **_CLOSED,
        )
        return _stands(change, Status.FAILED)

    def stuck(self, before: float, *states: OpenState) -> list[OpenVideo]:
        """Videos with open work and no sign of life since `before` (epoch seconds), the oldest of each state first.

        At most 100 of a state, in one query each; no state named is all of them.
        """
        return [video for state in states or OpenState for video in self.store.open_work(state, before, SWEPT_AT_ONCE)]

    def touch(self, video_id: str, state: OpenState) -> bool:
        """Put open work at the end of the sweep's queue; False when the video is no longer in that state."""
        return self.store.change(video_id, Expected(fields={"open_state": state}), touched_at=clock.timestamp()).made

    def set_thumbnail(
        self, video_id: str, owner_id: str, thumbnail_id: str, version: int, *, known: Video | None = None
    ) -> bool:
        """Show a chosen thumbnail, whose file lies under the prefix of the media version given.

        known  the video, when it has just been read
        Thumbnails of an earlier request never replace later ones. False when there is nothing (more) to set. Raises
        MediaMovingError when the media version is no longer the video's, or is about to change: place the file anew.
        """
        name, found = thumbnail_name(thumbnail_id), known or self.get(video_id)
        if found is None:
            return False
        change = self.store.edit(
            found,
            Expected(
                (*RUNNING, Status.READY),
                {"owner_id": owner_id, "version": version, "moving_to": 0},
                thumbnail_below=name,
            ),
            thumbnail=name,
            updated_at=clock.timestamp(),
        )
        video = change.video
        if change.made or video is None or video.owner_id != owner_id or video.thumbnail >= name:
            return change.made or (video is not None and video.owner_id == owner_id and video.thumbnail == name)
        if video.version != version or video.moving_to:
            raise MediaMovingError
        return False


def _stands(change: Change, status: Status, **fields: str) -> bool:
    """Whether a move was made, now or by an earlier run of the same call."""
    video = change.video
    if change.made or video is None:
        return change.made
    return video.status is status and all(getattr(video, name) == value for name, value in fields.items())
