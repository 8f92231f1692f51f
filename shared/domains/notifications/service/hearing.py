"""Who is to be told of what has changed: of a comment, of a follow, of a video that more or fewer people see.

What is told is what holds when it is looked at, not what the change says, so changes may be told twice or late.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from shared.base.consuming import Change
from shared.domains.comments.model import Comment
from shared.domains.comments.store.comments import by_id, wanted
from shared.domains.comments.store.rows import to_comment
from shared.domains.notifications.model import Cause, Kind, Wish
from shared.domains.notifications.service.settling import SettlingService
from shared.domains.videos.model import Video
from shared.domains.videos.rules.seeing import may_see
from shared.domains.videos.store.videos import VideoStore

AT_ONCE = 25
"""Notifications that are brought into line together."""

MOST_TOLD = 2
"""So many people are told of one comment: whose video it is on, and who is answered."""

Item = dict[str, Any]


@dataclass(frozen=True)
class HearingService:
    """Hears what happened, and has people told."""

    videos: VideoStore
    settling: SettlingService

    @classmethod
    def open(cls) -> "HearingService":
        """On the stage's tables."""
        return cls(VideoStore.open(), SettlingService.open())

    def comment(self, change: Change) -> None:
        """Somebody commented, or a comment went: the video's owner knows, and who was answered. Three calls.

        One more, when who was answered has removed what they had said.
        """
        told = _told_comment(change)
        if not told:
            return
        ids = [told.id, *([told.parent_id] if told.parent_id else [])]
        video, found = self.videos.get_with(told.video_id, wanted(ids))
        comments = by_id(found)
        now, parent = comments.get(told.id), comments.get(told.parent_id)
        is_there = now is not None and not now.removed
        kinds = {told.video_owner_id: Kind.COMMENT}
        if parent and not parent.removed:
            kinds[parent.author_id] = Kind.REPLY
        elif told.parent_id and not is_there:
            kinds |= self._told_of(told)
        kinds.pop(told.author_id, None)
        self.settling.settle(
            Wish(
                user_id,
                Cause(kind, video_id=told.video_id, comment_id=told.id),
                is_due=is_there and _sees(video, user_id),
                is_over=not is_there,
            )
            for user_id, kind in kinds.items()
            if user_id
        )

    def follow(self, follower_id: str, followed_id: str, *, is_following: bool) -> None:
        """Somebody follows somebody, or does no more. Two calls."""
        self.settling.settle([Wish(followed_id, Cause(Kind.FOLLOW, actor_id=follower_id), is_following)])

    def published(self, video_id: str, followers: Iterable[str], *, is_listed: bool) -> None:
        """Some followers, AT_ONCE at most, know of a video that lists show, or of one that they do not. Two calls.

        Nobody is told of a video that lists show no more when it is written.
        """
        cause = Cause(Kind.VIDEO, video_id=video_id)
        held = [self.videos.listed(video_id)] if is_listed else []
        self.settling.settle([Wish(one, cause, is_due=is_listed) for one in followers], *held)

    def left(self, user_id: str, video_ids: Sequence[str]) -> None:
        """Somebody follows the author of videos no more, and is told of none of them. Two calls for each AT_ONCE."""
        for first in range(0, len(video_ids), AT_ONCE):
            some = video_ids[first : first + AT_ONCE]
            self.settling.settle(Wish(user_id, Cause(Kind.VIDEO, video_id=one), is_due=False) for one in some)

    def seen(self, video_id: str, after: Item | None = None) -> Item | None:
        """Have people told of comments on a video as they may see it: AT_ONCE of them, from a key of an index on.

        The last key of them; None when there are no more. Four calls.
        """
        keys = self.settling.store.about(video_id, AT_ONCE, after=after)
        video = self.videos.get(video_id) if keys else None
        self.settling.settle(
            Wish(user_id, _cause(key), is_due=_sees(video, user_id), may_begin=False)
            for key in keys
            if (user_id := key["user_id"]["S"])
        )
        return _only_keys(keys[-1]) if len(keys) == AT_ONCE else None

    def _told_of(self, comment: Comment) -> dict[str, Kind]:
        """User -> kind, of those who were told of a comment."""
        found = self.settling.store.about(comment.video_id, MOST_TOLD, comment.id)
        return {key["user_id"]["S"]: _cause(key).kind for key in found}


def _told_comment(change: Change) -> Comment | None:
    """The comment of a change that is about being there or not, as it was with its words; None for any other."""
    image = change.before or change.after
    if not image or "video_id" not in image:
        return None
    comment = to_comment(image)
    is_same = change.before and change.after and "removed" not in change.after
    return None if comment.removed or is_same else comment


def _sees(video: Video | None, user_id: str) -> bool:
    return video is not None and may_see(video, user_id)


def _cause(key: Item) -> Cause:
    """The cause of an entry of the index by_video."""
    return Cause(Kind(key["kind"]["S"]), video_id=key["video_id"]["S"], comment_id=key["comment_id"]["S"])


def _only_keys(entry: Item) -> Item:
    return {name: value for name, value in entry.items() if name != "kind"}
