"""What becomes of a feed when its user follows somebody, or does no more."""

from dataclasses import dataclass

from shared.base import counts
from shared.base.consuming import Change
from shared.base.tables import answering, read_together
from shared.domains.accounts.store import numbers
from shared.domains.feeds.model import MOST_PUSHED, Entry
from shared.domains.feeds.store import WHAT, FeedStore
from shared.domains.follows.store import edges
from shared.domains.notifications.service.hearing import HearingService
from shared.domains.videos.rules.public_lists import PublicList, place
from shared.domains.videos.store.public_lists import PublicListStore

BACKFILLED = 25
"""An author's newest videos that come into the feed of who begins to follow them."""


@dataclass(frozen=True)
class FollowingService:
    """Hears of follows."""

    feeds: FeedStore
    lists: PublicListStore
    hearing: HearingService

    @classmethod
    def open(cls) -> "FollowingService":
        """On the stage's tables."""
        return cls(FeedStore(), PublicListStore(), HearingService.open())

    def hear(self, change: Change) -> None:
        """Follow a change of the table of follows, as things stand now; told again it changes nothing.

        Whoever is followed is told. Five calls.
        """
        follower_id, followed_id = (change.key[name]["S"] for name in ("follower_id", "followed_id"))
        with answering(WHAT):
            keys = {
                edges.table(): [edges.edge_key(follower_id, followed_id)],
                counts.table(): counts.keys(numbers.subject(followed_id)),
            }
            found = read_together(keys)
        edge = next(iter(found[edges.table()]), None)
        if edge:
            followers = numbers.of(followed_id, found[counts.table()]).followers
            self._follow(follower_id, followed_id, edge["followed_at"]["S"], is_late=followers > MOST_PUSHED)
        else:
            self._leave(follower_id, followed_id)
        self.hearing.follow(follower_id, followed_id, is_following=bool(edge))

    def _follow(self, user_id: str, author_id: str, since: str, *, is_late: bool) -> None:
        if is_late:
            self.feeds.pull(user_id, author_id, since)
            return
        newest = self.lists.latest(PublicList("", author_id), "", BACKFILLED).videos
        self.feeds.add([user_id], *(Entry(place(video), author_id) for video in newest))

    def _leave(self, user_id: str, author_id: str) -> None:
        self.feeds.leave(user_id, author_id)
        found = list(self.feeds.of_author(user_id, author_id))
        self.hearing.left(user_id, [entry.video_id for entry in found])
        self.feeds.remove([user_id], *(entry.place for entry in found))
