"""What comes after a video's row has changed: whoever asks for it writes the row, its table's stream does the rest."""

from dataclasses import dataclass

from shared.base.consuming import Change, Item
from shared.base.objects import Objects
from shared.domains.videos.model import Status
from shared.domains.videos.rules.keys import upload_key


@dataclass(frozen=True)
class AftermathService:
    """What is told to S3. Whatever is told twice, or late, has no second effect."""

    objects: Objects

    @classmethod
    def open(cls) -> "AftermathService":
        """On the stage's bucket."""
        return cls(Objects.open())

    def follow(self, change: Change) -> None:
        """Drop the parts of an upload that was given up.

        Raises botocore's errors when AWS does not answer: then it is to be told again.
        """
        before, after = change.before or {}, change.after or {}
        if (_text(before, "status"), _text(after, "status")) == (Status.AWAITING_UPLOAD, Status.CANCELLED):
            self._drop(change.key["video_id"]["S"], _text(after, "upload_id"))

    def _drop(self, video_id: str, upload_id: str) -> None:
        if upload_id:
            self.objects.abort(upload_key(video_id), upload_id)


def _text(image: Item, name: str) -> str:
    """A text of a row, "" when it is not there: most changes mean nothing here, and are not read as a whole."""
    return str(image.get(name, {}).get("S", ""))
