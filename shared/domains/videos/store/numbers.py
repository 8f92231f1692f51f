"""Copies of videos' numbers in their rows, where lists find them. What is exact lies in the table `counts`."""

from collections.abc import Sequence
from typing import Any

from shared.base import clock, counts, logs
from shared.base.aws import client
from shared.base.errors import UnavailableError
from shared.base.settings import setting
from shared.base.tables import READ_SECONDS, answering, read_together
from shared.base.transactions import past_conflicts, write_together
from shared.domains.accounts.store.numbers import subject
from shared.domains.videos.model import Counted
from shared.domains.videos.rules.counted import packed, unpacked
from shared.domains.videos.store.rows import to_numbers
from shared.domains.videos.store.videos import counted_as

TOGETHER = 100 // (counts.SHARDS + 1)
"""Videos whose numbers and copies one call reads."""

Item = dict[str, Any]
_READ = ("video_id", "owner_id", "counted")


def copy_numbers(video_ids: Sequence[str]) -> set[str]:
    """Copy the numbers of at most `TOGETHER` videos, as they are now, into their rows. The videos that failed.

    One read, and a write for each video, a transaction where views are among what is new: their owner's are counted by
    what a copy has more than the one before it, each once. A copy that was read later stays; a video that is
    gone gets none.
    Needs COUNTS.batch_get, COUNTS.update, VIDEOS.batch_get, VIDEOS.update.
    """
    as_of = clock.timestamp()
    keys = [key for video_id in video_ids for key in counts.keys(counted_as(video_id))]
    wanted = {counts.table(): keys, _videos(): [_key(video_id) for video_id in video_ids]}
    with answering("Videos"):
        found = read_together(wanted, {_videos(): _READ})
    totals, failed = counts.total(found[counts.table()]), set()
    for row in found[_videos()]:
        video_id = row["video_id"]["S"]
        numbers = to_numbers(totals.get(counted_as(video_id), {}))
        try:
            with answering("Videos"):
                made = _keep(row, Counted(numbers, as_of))
        except UnavailableError as error:
            logs.log_exception("numbers could not be copied", error, video_id=video_id)
            made = False
        if not made:
            failed.add(video_id)
    return failed


def _keep(row: Item, new: Counted) -> bool:
    """False when the row has another copy by now than the one that was read."""
    video_id, before = row["video_id"]["S"], row.get("counted", {}).get("B", b"")
    old = unpacked(before, "")
    if old.as_of > new.as_of or old.numbers.views > new.numbers.views:  # views never grow fewer: it was read later
        return True
    update = _replacing(video_id, before, packed(new))
    views = new.numbers.views - old.numbers.views
    if views <= 0:
        return _written(update)
    owners = counts.adding(subject(row["owner_id"]["S"]), video_id, {"views": views})
    return write_together({"Update": update}, owners) is None


def _written(update: Item) -> bool:
    """By itself, which costs half."""
    dynamodb = client("dynamodb", READ_SECONDS)
    try:
        past_conflicts(lambda: dynamodb.update_item(**update))
    except dynamodb.exceptions.ConditionalCheckFailedException:
        return False
    return True


def _replacing(video_id: str, before: bytes, copy: bytes) -> Item:
    """The update that has a copy take the place of the one before it, or of none."""
    same = "counted = :before" if before else "attribute_not_exists(counted)"
    values = {":copy": {"B": copy}, **({":before": {"B": before}} if before else {})}
    return {
        "TableName": _videos(),
        "Key": _key(video_id),
        "UpdateExpression": "SET counted = :copy",
        "ConditionExpression": f"attribute_exists(video_id) AND {same}",
        "ExpressionAttributeValues": values,
    }


def _key(video_id: str) -> Item:
    return {"video_id": {"S": video_id}}


def _videos() -> str:
    return setting("VIDEOS_TABLE")
