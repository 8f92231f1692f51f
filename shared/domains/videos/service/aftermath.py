"""What comes after a video's row has changed: whoever asks for it writes the row, its table's stream does the rest."""

from dataclasses import asdict, dataclass, fields

from shared.base.consuming import Change, Item
from shared.base.objects import Objects
from shared.domains.videos.model import PublishedMedia, Status, Video
from shared.domains.videos.rules.keys import upload_key
from shared.domains.videos.store import tasks
from shared.domains.videos.store.rows import of_item


@dataclass(frozen=True)
class AftermathService:
    """What is told to S3 and to Step Functions. Whatever is told twice, or late, has no second effect."""

    objects: Objects

    @classmethod
    def open(cls) -> "AftermathService":
        """On the stage's bucket."""
        return cls(Objects.open())

    def follow(self, change: Change) -> None:
        """Drop the parts of an upload that was given up, answer the execution that waits for a report that has come.

        Raises botocore's errors when AWS does not answer: then it is to be told again.
        """
        before, after = change.before or {}, change.after or {}
        if (_text(before, "status"), _text(after, "status")) == (Status.AWAITING_UPLOAD, Status.CANCELLED):
            self._drop(change.key["video_id"]["S"], _text(after, "upload_id"))
        if _text(after, "report_id") and not _text(before, "report_id"):
            _answer(of_item(after))

    def _drop(self, video_id: str, upload_id: str) -> None:
        if upload_id:
            self.objects.abort(upload_key(video_id), upload_id)


def _answer(video: Video) -> None:
    """Have the execution go on with the media that are published, or fail in the encoder's words."""
    if not video.task_token:
        return
    if video.status is Status.FAILED:
        tasks.fail(video.task_token, video.error_code, video.error_message)
    else:
        media = PublishedMedia(**{field.name: getattr(video, field.name) for field in fields(PublishedMedia)})
        tasks.succeed(video.task_token, asdict(media))


def _text(image: Item, name: str) -> str:
    """A text of a row, "" when it is not there: most changes mean nothing here, and are not read as a whole."""
    return str(image.get(name, {}).get("S", ""))
