"""The store of videos: each method is one call of DynamoDB."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from pynamodb.exceptions import DoesNotExist, PynamoDBException, UpdateError
from pynamodb.expressions.condition import Condition

from shared.base import clock
from shared.base.aws import client
from shared.base.errors import UnavailableError
from shared.base.tables import READ_SECONDS, bind, is_outage
from shared.domains.videos.model import OpenState, OpenVideo, Status, Video
from shared.domains.videos.store.rows import VideoRow, column, stored, to_row, to_video

_REFUSED = "ConditionalCheckFailedException"


@dataclass(frozen=True)
class Expected:
    """What must hold of a row for a change to be made; an absent attribute counts as its field's empty value.

    status           any of these
    fields           field -> its value
    progress_below   the stored progress must be less than this
    thumbnail_below  the stored thumbnail's name must sort before this one, or there is none
    """

    status: tuple[Status, ...] = ()
    fields: dict[str, Any] | None = None
    progress_below: int | None = None
    thumbnail_below: str = ""

    def condition(self) -> Condition:
        """The same as a condition of DynamoDB; the row must exist in any case."""
        condition: Condition = column("video_id").exists()
        if self.status:
            condition &= column("status").is_in(*(str(status) for status in self.status))
        for name, value in (self.fields or {}).items():
            empty = stored(name, value) is None
            condition &= column(name).does_not_exist() if empty else column(name) == value
        if self.progress_below is not None:
            condition &= column("progress").does_not_exist() | (column("progress") < self.progress_below)
        if self.thumbnail_below:
            condition &= column("thumbnail").does_not_exist() | (column("thumbnail") < self.thumbnail_below)
        return condition


@dataclass(frozen=True)
class Change:
    """What came of a change: whether it was made, and the video after it, or as it stands; None when there is none."""

    made: bool
    video: Video | None


@contextmanager
def _dynamodb() -> Iterator[None]:
    """Turn "DynamoDB does not answer" into 503; other faults are ours and stay what they are."""
    try:
        yield
    except PynamoDBException as error:
        if not is_outage(error):
            raise
        raise UnavailableError("Videos cannot be reached at the moment") from error


def _was_refused(error: PynamoDBException) -> bool:
    """Whether a condition did not hold. A cause that is the network's has a response too: None."""
    response = getattr(error.cause, "response", None) or {}
    return bool(response.get("Error", {}).get("Code") == _REFUSED)


def _update(arguments: dict[str, Any]) -> dict[str, Any]:
    """One UpdateItem that tells the row after it. PynamoDB's own would not tell the row that refused it."""
    try:
        answer = client("dynamodb", READ_SECONDS).update_item(**arguments, ReturnValues="ALL_NEW")
    except (BotoCoreError, ClientError) as error:
        raise UpdateError(f"Failed to update item: {error}", error) from error
    item: dict[str, Any] = answer["Attributes"]
    return item


class VideoStore:
    """The videos table."""

    @classmethod
    def open(cls) -> "VideoStore":
        """The table of the stage."""
        bind(VideoRow, "VIDEOS_TABLE")
        return cls()

    def create(self, video: Video) -> None:
        """Write a new video. Its id is new, so writing it twice, as a retry may, makes one row."""
        with _dynamodb():
            to_row(video).save()

    def get(self, video_id: str, *, consistent: bool = True) -> Video | None:
        """A video, or None. An inconsistent read costs half and may be a second old."""
        with _dynamodb():
            try:
                return to_video(VideoRow.get(video_id, consistent_read=consistent))
            except DoesNotExist:
                return None

    def change(self, video_id: str, expected: Expected, **fields: Any) -> Change:
        """Set fields of a row if what is expected holds; an empty value removes the attribute."""
        actions = [
            column(name).remove() if (value := stored(name, wanted)) is None else column(name).set(value)
            for name, wanted in fields.items()
        ]
        arguments = VideoRow(video_id).get_update_kwargs_from_instance(
            actions, condition=expected.condition(), return_values_on_condition_failure="ALL_OLD"
        )
        with _dynamodb():
            try:
                item = _update(arguments)
            except UpdateError as error:
                if not _was_refused(error):
                    raise
                before = getattr(error.cause, "response", {}).get("Item")
                return Change(False, to_video(VideoRow.from_raw_data(before)) if before else None)
        return Change(True, to_video(VideoRow.from_raw_data(item)))

    def forget(self, video_id: str, expected: Expected) -> None:
        """Remove a row if what is expected holds, and else leave it."""
        with _dynamodb():
            try:
                VideoRow(video_id).delete(condition=expected.condition())
            except PynamoDBException as error:
                if not _was_refused(error):
                    raise

    def open_work(self, state: OpenState, before: float, limit: int) -> list[OpenVideo]:
        """Videos in an open state that nobody has touched since `before` (epoch seconds), the oldest first."""
        with _dynamodb():
            rows = VideoRow.by_state.query(state.value, VideoRow.touched_at < clock.timestamp(before), limit=limit)
            return [OpenVideo(row.video_id, state, row.touched_at, row.execution_arn or "") for row in rows]
