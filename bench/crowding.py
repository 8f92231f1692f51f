"""Large tables for the bench: copies of rows that the product wrote, put into moto behind AWS's back."""

import functools
import json
from dataclasses import dataclass, replace

from bench.capacity import Item, put, rows
from bench.world import World
from shared.base import clock, counts, tokens
from shared.base.ids import new_id
from shared.base.transactions import write_together
from shared.contract.needs import Table
from shared.contract.resources import (
    COMMENTS,
    COUNTS,
    FEEDS,
    FOLLOWS,
    NOTIFICATIONS,
    OPERATIONS,
    POSTINGS,
    REACTIONS,
    USERS,
    VIDEOS,
)
from shared.domains.feeds.model import Entry
from shared.domains.feeds.store import FeedStore
from shared.domains.notifications.model import Cause, Kind, Wish
from shared.domains.notifications.service.settling import SettlingService
from shared.domains.ranking.model import Entry as Place
from shared.domains.ranking.model import Order, Ranking
from shared.domains.ranking.rules.lists import MOST, list_name
from shared.domains.ranking.store.lists import RankingStore
from shared.domains.search.service.indexing import IndexService
from shared.domains.search.store.postings import COUNT
from shared.domains.videos.model import STEPS
from shared.domains.videos.rules.public_lists import place, sort_key
from shared.domains.videos.store.numbers import copy_numbers
from shared.domains.videos.store.videos import VideoStore, counted_as

CATEGORY = "education"
WORDS = "That is the place where we were last summer, and I did not know how quiet it is in the morning."
MORE = (
    "Nobody sells anything before nine, the bakers wave from their back doors, and the gulls own the whole harbour. "
    "Filmed on two Sundays in May with a small camera and no tripod; the piano is by a neighbour who wants no name."
)
DETAILS = {
    "title": "A walk through the old town at first light, with music",
    "description": f"{WORDS} {MORE}",
    "tags": ["walks", "mornings", "old town"],
    "category": CATEGORY,
}
COPIED = (VIDEOS, COMMENTS, USERS, FOLLOWS, REACTIONS, COUNTS, FEEDS, NOTIFICATIONS, POSTINGS)
WATCHED = {"views": 1234, "watch_seconds": 45_678, **{f"reached_{step}": 90 - 4 * step for step in range(STEPS)}}
"""What players have told of a video."""

ASKED = ("qui", "#")
"""How terms begin that somebody searches for. A video has fifty others, which are not copied."""

Stem = tuple[Table, list[str], str, Item]
"""A table, the ids that are others in each copy, the row as JSON, and what it has of bytes."""


@dataclass(frozen=True)
class Crowd:
    """So much of everything; each id is that of the first of them, and the others are copies.

    A user has `count` videos. One has as many comments and likes, one of its comments as many answers. As many people
    follow the user, and are followed. One of these, who is logged in with `fan`, has all videos in their feed, and was
    told of each.
    """

    world: World
    count: int
    video_id: str
    comment_id: str
    answer_id: str
    fan_id: str
    notice_id: str
    fan: str = ""
    copies: tuple["Crowd", ...] = ()

    @property
    def user_id(self) -> str:
        """Whose videos they are, and who asks."""
        return self.world.user.id

    @property
    def ids(self) -> tuple[str, ...]:
        """Of which each copy has others. What belongs to two of them belongs to the first."""
        return self.notice_id, self.fan_id, self.answer_id, self.comment_id, self.video_id


def crowd(world: World, count: int) -> Crowd:
    """Fill the tables of a world in which nothing has been done yet."""
    first = _first(world, count)
    stems = [stem for table in COPIED for item in rows(table) for stem in _stems(first, table, item)]
    _multiply(first)
    made = replace(first, copies=tuple(_copy(first, stems) for _ in range(count - 1)))
    _rank(made)
    return made


def _first(world: World, count: int) -> Crowd:
    """One of everything, as the product makes it."""
    with world.stage.unrecorded():
        video_id = world.ready()
        world.own("videos.edit_video", "PATCH", f"/api/videos/{video_id}", DETAILS)
        name, path = "comments.create_comment", f"/api/videos/{video_id}/comments"
        comment_id = world.own(name, "POST", path, {"content": WORDS}).json["id"]
        answer = {"content": WORDS, "parent_comment_id": comment_id}
        answer_id = world.own(name, "POST", path, answer).json["id"]
        fan = world.newcomer()
        fan_id = tokens.verify(fan, "access").user_id
        world.ask("reactions.like_video", "POST", f"/api/videos/{video_id}/like", {"action": "like"}, token=fan)
        for token, followed in ((fan, world.user.id), (world.token, fan_id)):
            path, named = f"/api/users/{followed}/follow", {"user_id": followed}
            world.ask("follows.follow_user", "POST", path, token=token, parameters=named)
        notice_id = _tell(fan_id, video_id)
        write_together(counts.adding(counted_as(video_id), fan_id, WATCHED))
        copy_numbers([video_id])
        IndexService.open().index(video_id)
    return Crowd(world, count, video_id, comment_id, answer_id, fan_id, notice_id, fan)


def _tell(fan_id: str, video_id: str) -> str:
    """Put a video into somebody's feed, and tell them of it; the notification's id."""
    video = VideoStore.open().get(video_id)
    assert video, "it was made right before"
    FeedStore().add([fan_id], Entry(place(video), video.owner_id))
    wish = Wish(fan_id, Cause(Kind.VIDEO, video_id=video_id), is_due=True)
    SettlingService.open().settle([wish])
    return wish.notification_id


def _rank(made: Crowd) -> None:
    """Make the list of popular videos, as long as it may be."""
    name = list_name(Order.POPULAR, "")
    entries = tuple(Place(float(score), one.video_id) for score, one in enumerate((made, *made.copies)[:MOST]))
    with made.world.stage.unrecorded():
        RankingStore().replace(Ranking(name), Ranking(name, clock.timestamp(), entries[::-1]))


def _stems(first: Crowd, table: Table, item: Item) -> list[Stem]:
    """What there is a copy of in each copy of everything: the rows of the fan, of the video, and so on."""
    if table is POSTINGS and not item["term"]["S"].startswith(ASKED):
        return []
    key = " ".join(item[name]["S"] for name in (table.key, table.sort) if name)
    own = [one for one in first.ids if one in key][:1]
    if table in (FEEDS, NOTIFICATIONS):
        own = [one for one in (first.notice_id, first.video_id) if one in str(item)]
    packed = {name: value for name, value in item.items() if "B" in value}
    plain = {name: value for name, value in item.items() if "B" not in value}
    return [(table, own, json.dumps(plain), packed)] if own else []


def _copy(first: Crowd, stems: list[Stem]) -> Crowd:
    """One more of everything: each row with another id in place of its own."""
    ids = {one: new_id() for one in first.ids}
    for table, own, text, packed in stems:
        item = json.loads(functools.reduce(lambda held, one: held.replace(one, ids[one]), own, text))
        if table is VIDEOS:
            item["public_since"]["S"] = sort_key(f"{item['published_at']['S']}#{item['video_id']['S']}")
        put(table, {**item, **packed})
    notice_id, fan_id, answer_id, comment_id, video_id = ids.values()
    return Crowd(first.world, 1, video_id, comment_id, answer_id, fan_id, notice_id)


def _multiply(first: Crowd) -> None:
    """Whatever counts the one of everything counts all of them."""
    counted = ("public", f"category#{CATEGORY}", f"video#{first.video_id}", f"user#{first.user_id}")
    for item in rows(COUNTS):
        if item["of"]["S"].rpartition("#")[0] in counted:
            put(COUNTS, _times(item, first.count))
    for table, key in ((OPERATIONS, f"videos#{first.user_id}"), (COMMENTS, first.comment_id)):
        for item in rows(table):
            if item[table.key]["S"] == key:
                put(table, _times(item, first.count))
    for item in rows(POSTINGS):
        if item["term"]["S"].startswith(COUNT):
            put(POSTINGS, _times(item, first.count))


def _times(item: Item, count: int) -> Item:
    return {name: {"N": str(int(value["N"]) * count)} if "N" in value else value for name, value in item.items()}
