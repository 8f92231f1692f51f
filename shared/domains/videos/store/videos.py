"""The store of videos: each method is one call of DynamoDB, but for `move`, which reads first what it has to count.

What lists show is changed by `move` and `edit`, which write the face that belongs to the row.

What changes a video's status also counts it, in one transaction: jobs by status are the statuses of all rows, and an
owner's collection is what the rows of their videos say.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from pynamodb.exceptions import DoesNotExist, PynamoDBException

from shared.base import clock, counts
from shared.base.aws import client
from shared.base.errors import UnavailableError
from shared.base.jobs import count_job
from shared.base.settings import setting
from shared.base.tables import READ_SECONDS, answering, bind, is_outage, read_together
from shared.base.transactions import Refusal, past_conflicts, write_together
from shared.domains.videos.model import Numbers, OpenState, OpenVideo, Status, Video, Visibility
from shared.domains.videos.store.collections import count_video
from shared.domains.videos.store.rows import VideoRow, column, of_item, to_numbers, to_row, to_video
from shared.domains.videos.store.writes import Expected, Writes, arguments, edition, movement

Items = dict[str, list[dict[str, Any]]]
"""Table name -> keys of items, or items."""

TRIES = 20
"""How often a change begins anew because others have changed meanwhile what lists show of the video."""

_REFUSED = "ConditionalCheckFailedException"


@dataclass(frozen=True)
class Change:
    """What came of a change: whether it was made, and the video after it, or as it stands; None when there is none.

    A move that was made has no video: transactions do not tell what they wrote.
    """

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


def _asked(call: Callable[[], Any]) -> Any:
    """What a call of botocore's answers, with PynamoDB's errors."""
    try:
        return call()
    except (BotoCoreError, ClientError) as error:
        raise PynamoDBException(f"DynamoDB failed: {error}", error) from error


def _update(asked: dict[str, Any]) -> dict[str, Any]:
    """One UpdateItem that tells the row after it. PynamoDB's own would not tell the row that refused it."""
    update = client("dynamodb", READ_SECONDS).update_item
    answer = _asked(lambda: past_conflicts(lambda: update(**asked, ReturnValues="ALL_NEW")))
    item: dict[str, Any] = answer["Attributes"]
    return item


def _together(*writes: dict[str, Any]) -> Refusal | None:
    """A transaction; None when it was made."""
    refusal: Refusal | None
    with _dynamodb():
        refusal = _asked(lambda: write_together(*writes))
    return refusal


def _standing(video: Video) -> tuple[str, bytes]:
    """What another one who changes what lists show has changed."""
    return video.status, video.face


def _video(item: dict[str, Any] | None) -> Video | None:
    return of_item(item) if item else None


def counted_as(video_id: str) -> str:
    """The subject whose numbers are a video's, for shared.base.counts."""
    return f"video#{video_id}"


class VideoStore:
    """The videos table."""

    @classmethod
    def open(cls) -> "VideoStore":
        """The table of the stage."""
        bind(VideoRow, "VIDEOS_TABLE")
        return cls()

    def create(self, video: Video) -> None:
        """Write a new video and count it. Its id is new, so writing it twice, as a retry may, makes one row."""
        _together(*self.creation(video))

    def creation(self, video: Video) -> Writes:
        """The same as writes of a transaction that somebody else makes."""
        row = to_row(video).get_save_kwargs_from_instance(condition=column("video_id").does_not_exist())
        return {"Put": row}, count_job(video.id, "", video.status), count_video(video.owner_id, None, video.status)

    def movement(self, video: Video, after: Status, **fields: Any) -> Writes:
        """What `move` does, from the status that a video has, as writes of a transaction that somebody else makes.

        Where that is about being ready, the video must also have the visibility and the category that it has here.
        """
        return movement(video, Expected((video.status,)), after, fields)

    def check(self, video_id: str, owner_id: str, *others: Status) -> dict[str, Any]:
        """The part of a transaction that holds while a video is the owner's and in none of the other states."""
        values = {f":{number}": {"S": str(status)} for number, status in enumerate(others)}
        check = {
            "TableName": setting("VIDEOS_TABLE"),
            "Key": {"video_id": {"S": video_id}},
            "ConditionExpression": f"#owner = :owner AND NOT #status IN ({', '.join(values)})",
            "ExpressionAttributeNames": {"#owner": "owner_id", "#status": "status"},
            "ExpressionAttributeValues": {":owner": {"S": owner_id}, **values},
        }
        return {"ConditionCheck": check}

    def sight(self, video_id: str, viewer_id: str) -> dict[str, Any]:
        """The part of a transaction that holds while somebody may see a video (rules.seeing). Needs VIDEOS.check."""
        known = {":deleted": Status.DELETED, ":ready": Status.READY, ":processing": Status.PROCESSING}
        values = {name: {"S": str(value)} for name, value in {**known, ":private": Visibility.PRIVATE}.items()}
        others = "visibility <> :private AND (#status = :ready OR (#status = :processing AND early = :yes))"
        check = {
            "TableName": setting("VIDEOS_TABLE"),
            "Key": {"video_id": {"S": video_id}},
            "ConditionExpression": f"#status <> :deleted AND (owner_id = :viewer OR ({others}))",
            "ExpressionAttributeNames": {"#status": "status"},
            "ExpressionAttributeValues": {**values, ":viewer": {"S": viewer_id}, ":yes": {"BOOL": True}},
        }
        return {"ConditionCheck": check}

    def listed(self, video_id: str) -> dict[str, Any]:
        """The part of a transaction that holds while lists show a video to everybody. Needs VIDEOS.check."""
        check = {
            "TableName": setting("VIDEOS_TABLE"),
            "Key": {"video_id": {"S": video_id}},
            "ConditionExpression": "attribute_exists(public_year)",
        }
        return {"ConditionCheck": check}

    def get(self, video_id: str, *, consistent: bool = True) -> Video | None:
        """A video, or None. An inconsistent read costs half and may be a second old."""
        with _dynamodb():
            try:
                return to_video(VideoRow.get(video_id, consistent_read=consistent))
            except DoesNotExist:
                return None

    def get_with(self, video_id: str, others: Items, *, consistent: bool = True) -> tuple[Video | None, Items]:
        """A video, or None, and items of other tables, in one call. Needs VIDEOS.batch_get.

        others, consistent  as for `read_together`
        """
        videos, found = self.many_with([video_id], others, consistent=consistent)
        return videos[0] if videos else None, found

    def many_with(
        self, video_ids: Iterable[str], others: Items, *, consistent: bool = True
    ) -> tuple[list[Video], Items]:
        """Those of some videos that there are, and items of other tables, in one call. Needs VIDEOS.batch_get.

        others, consistent  as for `read_together`
        """
        table = setting("VIDEOS_TABLE")
        keys = [{"video_id": {"S": video_id}} for video_id in video_ids]
        with answering("Videos"):
            found = read_together({table: keys, **others}, consistent=consistent)
        return [of_item(row) for row in found.pop(table)], found

    def get_counted(
        self, video_id: str, others: Items | None = None, *, consistent: bool = True
    ) -> tuple[Video | None, Numbers, Items]:
        """A video, or None, its numbers, and items of other tables, in one call.

        Needs VIDEOS.batch_get and COUNTS.batch_get.
        """
        subject, table = counted_as(video_id), counts.table()
        video, found = self.get_with(video_id, {table: counts.keys(subject), **(others or {})}, consistent=consistent)
        return video, to_numbers(counts.total(found.pop(table)).get(subject, {})), found

    def many(self, video_ids: Collection[str], *, consistent: bool = True) -> list[Video]:
        """Those of at most 100 videos that there are: one call, none when none is asked for.

        An inconsistent read costs half and may be a second old.
        """
        with _dynamodb():
            return [to_video(row) for row in VideoRow.batch_get(list(video_ids), consistent_read=consistent)]

    def change(self, video_id: str, expected: Expected, **fields: Any) -> Change:
        """Set fields of a row that no list shows if what is expected holds; an empty value removes the attribute."""
        return self._changed(arguments(video_id, expected, fields))

    @staticmethod
    def _changed(update: dict[str, Any]) -> Change:
        with _dynamodb():
            try:
                item = _update(update)
            except PynamoDBException as error:
                if not _was_refused(error):
                    raise
                return Change(False, _video(getattr(error.cause, "response", {}).get("Item")))
        return Change(True, _video(item))

    def move(
        self, video_id: str, expected: Expected, status: Status, *, known: Video | None = None, **fields: Any
    ) -> Change:
        """Set the status, and any fields, and count the move: a read and a transaction.

        What is counted must be known, so each try holds for the status that the video was seen in, and for its face
        where that changes. Who is refused is told where it stands, and tries again if that is another one of those
        expected; UnavailableError when that happens all along.
        known  the video, when it has just been read
        """
        video = known or self.get(video_id)
        for _ in range(TRIES):
            if video is None or video.status not in expected.status:
                return Change(False, video)
            refusal = _together(*movement(video, expected, status, fields))
            if refusal is None:
                return Change(True, None)
            seen, video = video, _video(refusal.item)
            if video is None or _standing(video) == _standing(seen):
                return Change(False, video)
        raise UnavailableError("Too many changes at this moment")

    def edit(self, video: Video, expected: Expected, **fields: Any) -> Change:
        """Set any fields but the status of a video that was read, and count it where lists show it otherwise.

        One call, and one more each time that somebody else has changed meanwhile what lists show of it. Raises
        UnavailableError when that happens all along.
        """
        found = video
        for _ in range(TRIES):
            change = self._edited(found, expected, fields)
            if change.made or change.video is None or _standing(change.video) == _standing(found):
                return change
            found = change.video
        raise UnavailableError("Too many changes at this moment")

    def _edited(self, video: Video, expected: Expected, fields: dict[str, Any]) -> Change:
        after = replace(video, **fields)
        update, *others = edition(video, after, expected, fields)
        if not others:
            return self._changed(update["Update"])
        refusal = _together(update, *others)
        return Change(True, after) if refusal is None else Change(False, _video(refusal.item))

    def forget(self, video_id: str) -> None:
        """Remove the row of a deleted video, which counts no more; leave any other."""
        row = VideoRow(video_id).get_delete_kwargs_from_instance(condition=Expected((Status.DELETED,)).condition())
        _together({"Delete": row}, count_job(video_id, Status.DELETED, ""))

    def open_work(self, state: OpenState, before: float, limit: int) -> list[OpenVideo]:
        """Videos in an open state that nobody has touched since `before` (epoch seconds), the oldest first."""
        with _dynamodb():
            rows = VideoRow.by_state.query(state.value, VideoRow.touched_at < clock.timestamp(before), limit=limit)
            return [OpenVideo(row.video_id, state, row.touched_at, row.execution_arn or "") for row in rows]
