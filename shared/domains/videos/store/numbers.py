"""Numbers of many videos at once, for lists: exact when they were read, and a minute old at most.

A video's numbers lie in four items (shared.base.counts), so they are the dearest part of a page: a process keeps them.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from shared.base import clock, counts
from shared.base.kept import Kept
from shared.base.tables import answering, read_together
from shared.domains.videos.model import Numbers
from shared.domains.videos.store.rows import to_numbers
from shared.domains.videos.store.videos import Items, counted_as

SECONDS = 60
MOST_KEYS = 100
"""One call reads no more items."""

_kept: Kept["Counted"] = Kept(SECONDS)


@dataclass(frozen=True)
class Counted:
    """What a video had of each, and when that was read."""

    numbers: Numbers
    as_of: str


def numbers_with(
    video_ids: Collection[str], others: Items, *, consistent: bool = False
) -> tuple[dict[str, Counted], Items]:
    """Video id -> its numbers, and items of tables as of now, read together. Needs COUNTS.batch_get.

    others  table name -> keys; they come first, so that items are there once a hundred keys are read
    One call for each hundred keys, four of which are one video that this process has not looked at for a minute.
    """
    now = clock.now()
    known = {video_id: kept for video_id in video_ids if (kept := _kept.peek(video_id))}
    new = [video_id for video_id in video_ids if video_id not in known]
    keys = [(table, key) for table, some in others.items() for key in some]
    keys += [(counts.table(), key) for video_id in new for key in counts.keys(counted_as(video_id))]
    found: Items = {table: [] for table in others}
    for first in range(0, len(keys), MOST_KEYS):
        for table, items in _read(keys[first : first + MOST_KEYS], consistent=consistent).items():
            found.setdefault(table, []).extend(items)
    totals = counts.total(found.get(counts.table(), ()))
    for video_id in new:
        known[video_id] = Counted(to_numbers(totals.get(counted_as(video_id), {})), clock.timestamp(now))
        _kept.keep(video_id, known[video_id], now)
    return known, found


def _read(keys: list[tuple[str, dict[str, Any]]], *, consistent: bool) -> Items:
    by_table: Items = {}
    for table, key in keys:
        by_table.setdefault(table, []).append(key)
    with answering("Videos"):
        return read_together(by_table, consistent=consistent)
