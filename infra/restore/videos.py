"""What becomes of a video's row: what is deleted or moved is so for good, objects and all, and rows follow that."""

from dataclasses import dataclass, field
from typing import Any

from infra.restore.media import Survey, folder_of, master
from infra.restore.place import Wish
from infra.restore.rows import Row
from shared.base import clock
from shared.domains.videos.model import OpenState, Status
from shared.domains.videos.rules.keys import media_prefix
from shared.domains.videos.store.rows import of_item, with_face


@dataclass
class Videos:
    """Rows of videos as they are to be.

    as_then  folders whose objects are to be as they were
    gone     id -> owner of videos whose objects are gone for good
    """

    wish: Wish
    found: Survey
    as_then: set[str] = field(default_factory=set)
    gone: dict[str, str] = field(default_factory=dict)

    def mend(self, then: Row, now: Row | None) -> Row:
        """The row as it was, but for where its objects are now.

        Objects that were moved since, when somebody made the video private, are found where they are; the video
        moves on from there, so that no address of that time leads to them.
        """
        video_id, version = then["video_id"]["S"], _version(then)
        if then["status"]["S"] != Status.READY or _is_elsewhere(then):
            return then
        later = _version(now) if now else 0
        if self.found.is_whole(master(video_id, version)):
            self.as_then |= {media_prefix(video_id, version), folder_of(f"uploads/{video_id}/source")}
            shown = self._with_thumbnail(then, now)
            return then if shown == then else with_face(shown)  # another zlib packs the same in other bytes
        if later > version and master(video_id, later) in self.found.whole_now:
            moving = {"moving_to": _number(later + 1), "open_state": {"S": OpenState.MOVING}}
            moving["touched_at"] = {"S": clock.timestamp(self.wish.at)}
            return with_face(self._with_thumbnail({**then, "version": _number(later), **moving}, now))
        self.gone[video_id] = then["owner_id"]["S"]
        return then

    def _with_thumbnail(self, row: Row, now: Row | None) -> Row:
        """A chosen thumbnail that was replaced is gone: the one that took its place serves, or the poster."""
        if "thumbnail" not in row:
            return row
        prefix = media_prefix(row["video_id"]["S"], _version(row))
        choices = [one["thumbnail"] for one in (row, now) if one and "thumbnail" in one]
        left = {name: value for name, value in row.items() if name != "thumbnail"}
        chosen = next((choice for choice in choices if self.found.is_whole(prefix + choice["S"])), None)
        return {**left, "thumbnail": chosen} if chosen else left


def _version(row: Row) -> int:
    return int(row["version"]["N"])


def _number(value: int) -> dict[str, Any]:
    return {"N": str(value)}


def _is_elsewhere(row: Row) -> bool:
    """Whether an encoder of somebody else's keeps the files."""
    return any(variant.url for variant in of_item(row).variants)
