"""Copies of videos' numbers in their rows, where lists find them. What is exact lies in the table `counts`."""

from collections.abc import Sequence

from shared.base import clock, counts, logs
from shared.base.aws import client
from shared.base.errors import UnavailableError
from shared.base.settings import setting
from shared.base.tables import READ_SECONDS, answering, read_together
from shared.base.transactions import past_conflicts
from shared.domains.videos.model import Counted
from shared.domains.videos.rules.counted import packed
from shared.domains.videos.store.rows import to_numbers
from shared.domains.videos.store.videos import counted_as

TOGETHER = 100 // counts.SHARDS
"""Videos whose numbers one call reads."""


def copy_numbers(video_ids: Sequence[str]) -> set[str]:
    """Copy the numbers of at most `TOGETHER` videos, as they are now, into their rows. The videos that failed.

    One read, and a write for each video. A copy that was read later stays; a video that is gone gets none.
    Needs COUNTS.batch_get, VIDEOS.update.
    """
    as_of = clock.timestamp()
    keys = [key for video_id in video_ids for key in counts.keys(counted_as(video_id))]
    with answering("Videos"):
        totals = counts.total(read_together({counts.table(): keys})[counts.table()])
    failed = set()
    for video_id in video_ids:
        numbers = to_numbers(totals.get(counted_as(video_id), {}))
        try:
            with answering("Videos"):
                _keep(video_id, packed(Counted(numbers, as_of)))
        except UnavailableError as error:
            logs.log_exception("numbers could not be copied", error, video_id=video_id)
            failed.add(video_id)
    return failed


def _keep(video_id: str, text: str) -> None:
    dynamodb = client("dynamodb", READ_SECONDS)
    try:
        past_conflicts(
            lambda: dynamodb.update_item(
                TableName=setting("VIDEOS_TABLE"),
                Key={"video_id": {"S": video_id}},
                UpdateExpression="SET counted = :text",
                ConditionExpression="attribute_exists(video_id) AND (attribute_not_exists(counted) OR counted < :text)",
                ExpressionAttributeValues={":text": {"S": text}},
            )
        )
    except dynamodb.exceptions.ConditionalCheckFailedException:
        return
