"""What is left to be done about what somebody thought of things, when they leave."""

from typing import Any

from shared.base import counts
from shared.domains.reactions import store
from shared.domains.reactions.model import Opinion, changes
from shared.domains.videos.store.videos import VideoStore, counted_as

WRITES_EACH = 2
_VIDEO = counted_as("")


def removals(user_id: str, most: int) -> list[list[dict[str, Any]]]:
    """The writes that forget what a user thinks of up to `most` things, which counts no more; [] once nothing is left.

    For each thing at most WRITES_EACH of them. Two calls. They are refused when the user's mind, or what there is, is
    not any more as was read.
    """
    opinions = store.opinions(user_id, most)
    ids = [opinion.target.removeprefix(_VIDEO) for opinion in opinions if opinion.target.startswith(_VIDEO)]
    there = {counted_as(video.id) for video in VideoStore.open().many(ids)} if ids else set()
    return [_removal(user_id, opinion, counted=opinion.target in there) for opinion in opinions]


def _removal(user_id: str, opinion: Opinion, *, counted: bool) -> list[dict[str, Any]]:
    gone = store.change(user_id, opinion.target, opinion.reaction, None)
    less = changes(opinion.reaction, None)
    return [gone, counts.taking(opinion.target, user_id, less)] if counted else [gone]
