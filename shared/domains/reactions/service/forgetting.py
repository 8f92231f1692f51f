"""What is left to be done about what somebody thought of things, when they leave."""

from typing import Any

from shared.base import counts
from shared.base.tables import answering, read_together
from shared.domains.comments.model import Comment
from shared.domains.comments.store import writes
from shared.domains.comments.store.comments import by_id, wanted
from shared.domains.comments.store.rows import replies_of
from shared.domains.reactions import store
from shared.domains.reactions.model import Opinion, changes
from shared.domains.videos.store.videos import VideoStore, counted_as

Write = dict[str, Any]

WRITES_EACH = 2
_VIDEO, _COMMENT = counted_as(""), replies_of("")


def removals(user_id: str, most: int) -> list[list[Write]]:
    """The writes that forget what a user thinks of up to `most` things, which counts no more; [] once nothing is left.

    For each thing at most WRITES_EACH of them. Three calls. They are refused when the user's mind, or what there is, is
    not any more as was read.
    """
    opinions = store.opinions(user_id, most)
    videos, comments = _videos(_named(opinions, _VIDEO)), _comments(_named(opinions, _COMMENT))
    found = []
    for opinion in opinions:
        gone, less = store.change(user_id, opinion.target, opinion.reaction, None), changes(opinion.reaction, None)
        if opinion.target in videos:
            found.append([gone, counts.taking(opinion.target, user_id, less)])
        elif comment := comments.get(opinion.target):
            found.append([gone, writes.opinion(comment, less)])
        else:
            found.append([gone])
    return found


def _named(opinions: list[Opinion], prefix: str) -> list[str]:
    """The ids of the targets of a kind."""
    return [opinion.target.removeprefix(prefix) for opinion in opinions if opinion.target.startswith(prefix)]


def _videos(ids: list[str]) -> set[str]:
    """The names of those that there are."""
    return {counted_as(video.id) for video in VideoStore.open().many(ids)} if ids else set()


def _comments(ids: list[str]) -> dict[str, Comment]:
    """Name -> comment, of those that were not removed."""
    if not ids:
        return {}
    with answering(store.WHAT):
        found = by_id(read_together(wanted(ids)))
    return {replies_of(one.id): one for one in found.values() if not one.removed}
