"""What viewers ask of large tables: pages of lists, and what they do to a video, a comment or a person."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bench.crowding import CATEGORY, WORDS, Crowd
from shared.base.pages import DEEPEST
from tests.api import Answer

Ask = Callable[[], Answer]
PAGE = 20


@dataclass(frozen=True)
class Listing:
    """A list that somebody reads a page of: its handler, path and query, and the member of the answer with its items.

    reader  "user", "fan", or "" for somebody who is not logged in
    most    so many are counted at most; 0 is all
    units   the most read units of a page
    """

    handler: str
    path: str
    member: str
    query: str = ""
    reader: str = "user"
    most: int = 0
    units: int = 2

    def prepare(self, made: Crowd) -> Ask:
        """The request."""
        path = self.path.format(made=made)
        query = f"limit={PAGE}&{self.query.format(made=made)}"
        named = {"user_id": made.user_id} if made.user_id in path else {}
        token = {"user": made.world.token, "fan": made.fan}.get(self.reader, "")
        return lambda: made.world.ask(self.handler, "GET", path, query=query, token=token, parameters=named)


@dataclass(frozen=True)
class Act:
    """What the user does, each time to another one of what there is much of. `{one}` is that.

    units  the most write units, without those of indexes and of the table of limits
    calls  the most calls: two, but for one in ten of all endpoints
    """

    handler: str
    path: str
    body: Any
    units: int
    undo: str = ""
    calls: int = 2

    def prepare(self, made: Crowd, one: Crowd) -> Ask:
        """The request."""
        path = self.path.format(made=made, one=one)
        named = {"user_id": one.fan_id} if path.startswith("/api/users/") else {}
        body = {name: value.format(one=one) for name, value in self.body.items()} if self.body else None
        more: dict[str, Any] = {"token": made.world.token, "parameters": named}
        if self.undo:
            with made.world.stage.unrecorded():
                made.world.ask(self.undo, "DELETE", path, **more)
        return lambda: made.world.ask(self.handler, "POST", path, body, **more)


_COMMENTS = "/api/videos/{made.video_id}/comments"
_PEOPLE = "/api/users/{made.user_id}"
LISTINGS = {
    "all videos": Listing("videos.list_videos", "/api/videos", "videos", units=1),
    "videos of a category": Listing("videos.list_videos", "/api/videos", "videos", f"category={CATEGORY}", units=1),
    "videos of an author": Listing("videos.list_videos", "/api/videos", "videos", "author={made.user_id}", units=1),
    "one's own videos": Listing("videos.list_own_videos", "/api/users/me/videos", "videos", units=1),
    "found videos, by words": Listing("videos.list_videos", "/api/videos", "videos", "q=quiet", most=DEEPEST),
    "found videos, by a tag, latest": Listing("videos.list_videos", "/api/videos", "videos", "tags=walks"),
    "popular videos": Listing("videos.list_videos", "/api/videos", "videos", "sort=popular", most=DEEPEST),
    "comments, newest": Listing("comments.list_comments", _COMMENTS, "comments", "sort=newest"),
    "the same for anybody": Listing("comments.list_comments", _COMMENTS, "comments", "sort=newest", reader=""),
    "comments, oldest": Listing("comments.list_comments", _COMMENTS, "comments", "sort=oldest"),
    "comments, top": Listing("comments.list_comments", _COMMENTS, "comments", "sort=top"),
    "answers": Listing("comments.list_replies", "/api/comments/{made.comment_id}/replies", "comments"),
    "followers": Listing("follows.list_followers", f"{_PEOPLE}/followers", "followers"),
    "a feed": Listing("videos.list_feed", "/api/users/me/following/videos", "videos", "", "fan", PAGE + 1),
    "notifications": Listing(
        "notifications.list_notifications", "/api/notifications", "notifications", "", "fan", PAGE + 1
    ),
    "following": Listing("follows.list_following", f"{_PEOPLE}/following", "following"),
}
_LIKE, _TEXT = {"action": "like"}, {"content": WORDS}
_ANSWER = {**_TEXT, "parent_comment_id": "{one.comment_id}"}
ACTS = {
    "a like": Act("reactions.like_video", "/api/videos/{one.video_id}/like", _LIKE, 4),
    "a like of a comment": Act("reactions.like_comment", "/api/comments/{one.comment_id}/like", _LIKE, 4, calls=3),
    "a follow": Act("follows.follow_user", "/api/users/{one.fan_id}/follow", None, 6, "follows.unfollow_user"),
    "a comment": Act("comments.create_comment", "/api/videos/{one.video_id}/comments", _TEXT, 6),
    "an answer": Act("comments.create_comment", _COMMENTS, _ANSWER, 6),
}
