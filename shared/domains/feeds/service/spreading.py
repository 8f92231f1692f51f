"""Videos that come into feeds, or go: some followers after the other, in messages that each do a bounded amount.

What a message does is what holds when it is worked on, so they may come twice, late and in any order.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from shared.base import logs
from shared.base.consuming import Message
from shared.base.queues import leave
from shared.domains.feeds.model import MOST_PUSHED, Entry
from shared.domains.feeds.store import WHAT, FeedStore
from shared.domains.follows.model import Edge, Side
from shared.domains.follows.store.edges import EdgeStore
from shared.domains.notifications.service.hearing import AT_ONCE, HearingService
from shared.domains.videos.model import Status, Video
from shared.domains.videos.rules.public_lists import is_listed, place
from shared.domains.videos.rules.seeing import may_see
from shared.domains.videos.store.videos import VideoStore

QUEUE_VARIABLE = "AUDIENCES_QUEUE"
PAGES = 10
"""Pages that one message works on, of AT_ONCE people each; another message goes on."""

Body = dict[str, Any]


@dataclass(frozen=True)
class SpreadingService:
    """Brings videos into feeds and takes them out, and has people told."""

    feeds: FeedStore
    follows: EdgeStore
    videos: VideoStore
    hearing: HearingService

    @classmethod
    def open(cls) -> "SpreadingService":
        """On the stage's tables."""
        return cls(FeedStore(), EdgeStore(), VideoStore.open(), HearingService.open())

    def work(self, messages: Iterable[Message]) -> list[Message]:
        """Work on messages of `hear`, and of this itself; those that failed."""
        failed = []
        for message in messages:
            try:
                self._go_on(message.body)
            except Exception as error:  # noqa: BLE001 - told to Lambda, which gives it out again
                logs.log_exception("a message failed", error, message_id=message.message_id)
                failed.append(message)
        return failed

    def _go_on(self, body: Body) -> None:
        step = self._followers if "place" in body else self._told
        for _ in range(PAGES):
            rest = step(body)
            if rest is None:
                return
            body = rest
        leave(QUEUE_VARIABLE, body, WHAT)

    def _followers(self, body: Body) -> Body | None:
        """The next followers: six calls. They know of the video where it is listed at this place, else not."""
        after = Edge(*body["after"]) if body.get("after") else None
        found = self.follows.page(Side.FOLLOWERS, body["author_id"], AT_ONCE, after, is_rising=True)
        if not found:
            return None
        followers = [edge.user_id for edge in found]
        video = self.videos.get(body["video_id"])
        here = video is not None and is_listed(video) and place(video) == body["place"]
        if here:
            self._show(body, followers)
        else:
            self._hide(body, followers, is_elsewhere=video is not None and is_listed(video))
        count = body.get("count", 0) + len(found)
        if len(found) < AT_ONCE or count >= MOST_PUSHED:
            return None
        return {**body, "after": [found[-1].user_id, found[-1].followed_at], "count": count}

    def _show(self, body: Body, followers: list[str]) -> None:
        """Who has left the author meanwhile may have tidied up before this was there."""
        self.feeds.add(followers, Entry(body["place"], body["author_id"]))
        self.hearing.published(body["video_id"], followers, is_listed=True)
        still = self.follows.still(followers, body["author_id"])
        if left := [user_id for user_id in followers if user_id not in still]:
            self._hide(body, left)

    def _hide(self, body: Body, followers: list[str], *, is_elsewhere: bool = False) -> None:
        """Take the entry out; `is_elsewhere`: the video has another place now, and is told as it is."""
        if not is_elsewhere:
            self.hearing.published(body["video_id"], followers, is_listed=False)
        self.feeds.remove(followers, body["place"])

    def _told(self, body: Body) -> Body | None:
        """The next who were told of comments on the video."""
        last = self.hearing.seen(body["video_id"], body.get("after"))
        return {**body, "after": last} if last else None


def hear(before: Video | None, after: Video | None) -> None:
    """Leave word of a video that lists show from now on, or no more, and of one that more or fewer people may see.

    None is one that is not there. Needs AUDIENCES.send.
    """
    if before is None or after is None:
        return
    for where in {_place(before), _place(after)} - {""} if _place(before) != _place(after) else ():
        leave(QUEUE_VARIABLE, {"video_id": after.id, "author_id": after.owner_id, "place": where}, WHAT)
    is_deleted = after.status is Status.DELETED is not before.status
    if is_deleted or may_see(before, "") != may_see(after, ""):
        leave(QUEUE_VARIABLE, {"video_id": after.id}, WHAT)


def _place(video: Video) -> str:
    return place(video) if is_listed(video) else ""
