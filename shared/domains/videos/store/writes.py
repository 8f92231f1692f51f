"""Writes of the table `videos`, and what must hold of a row for them, as parts of transactions."""

from dataclasses import dataclass, replace
from typing import Any

from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from shared.base.jobs import count_job
from shared.domains.videos.model import Status, Video
from shared.domains.videos.rules.faces import packed
from shared.domains.videos.rules.public_lists import is_listed, list_keys
from shared.domains.videos.store.collections import count_public, count_video
from shared.domains.videos.store.public_lists import count_in_lists
from shared.domains.videos.store.rows import VideoRow, column, listing, stored, unready

Writes = tuple[dict[str, Any], ...]


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
class Added:
    """A change that adds to what a field holds, which is a set, instead of replacing it."""

    members: frozenset[str]


def movement(video: Video, expected: Expected, status: Status, fields: dict[str, Any]) -> Writes:
    """The writes that set the status of a video that stands as it was read, with fields, and count that.

    expected  has its status among others
    """
    after = replace(video, status=status, **fields)
    changed = {"status": status, **listing(video.owner_id, status), **fields, **_moved_keys(video, after)}
    return (
        _update(video, after, expected, changed),
        count_job(video.id, video.status, status),
        count_video(
            video.owner_id,
            video.status,
            status,
            after.stored_bytes - video.stored_bytes,
            is_listed(after) - is_listed(video),
        ),
        *count_in_lists(video, after),
    )


def edition(video: Video, after: Video, expected: Expected, fields: dict[str, Any]) -> Writes:
    """The writes that set fields of a video but not its status, and count it where lists show it otherwise after it."""
    more = is_listed(after) - is_listed(video)
    own = (count_public(video.owner_id, more),) if more else ()
    changed = {**fields, **_moved_keys(video, after)}
    return _update(video, after, expected, changed), *own, *count_in_lists(video, after)


def _update(video: Video, after: Video, expected: Expected, fields: dict[str, Any]) -> dict[str, Any]:
    """The update of a row that was read, with what lists show of it then.

    A new face is made of the whole row, so it takes the place of the one that was read, and of no other: whatever has
    changed one of its fields since has written another. So it is with the status that is told of what is not ready.
    What is expected besides goes before: another status than that is not the one that was read.
    """
    told: dict[str, Any] = {}
    stands: dict[str, Any] = {}
    face = packed(after)
    if face != packed(video):
        told["face"], stands["face"] = face, video.face
    if unready(after) != unready(video):
        told["unready"], stands["status"] = unready(after), video.status
    expected = replace(expected, fields={**stands, **(expected.fields or {})})
    return {"Update": arguments(video.id, expected, {**fields, **told})}


def _moved_keys(video: Video, after: Video) -> dict[str, str]:
    """The keys of lists for everybody that change."""
    before = list_keys(video)
    return {name: key for name, key in list_keys(after).items() if key != before[name]}


def arguments(video_id: str, expected: Expected, fields: dict[str, Any]) -> dict[str, Any]:
    """An update of fields as botocore takes it; whoever it refuses is told the row."""
    return VideoRow(video_id).get_update_kwargs_from_instance(
        [_action(name, wanted) for name, wanted in fields.items()],
        condition=expected.condition(),
        return_values_on_condition_failure="ALL_OLD",
    )


def _action(name: str, wanted: Any) -> Action:
    if isinstance(wanted, Added):
        return column(name).add(set(wanted.members))
    value = stored(name, wanted)
    return column(name).remove() if value is None else column(name).set(value)
