"""What an author publishes comes to those who follow, and people are told what others did that concerns them."""

from pathlib import Path
from typing import Any

from tests.journeys.traveller import Traveller, until
from tests.shared.media.sources import GOOD

FEED = "/api/users/me/following/videos"


def told(who: Traveller, **about: str) -> list[dict[str, Any]]:
    """What somebody is told of a video, or a person: field -> id."""
    [(field, id_)] = about.items()
    listed = who.client.call("GET", "/api/notifications?limit=40")["notifications"]
    return [one for one in listed if (one[field] or {}).get("id") == id_]


def kinds(who: Traveller, video_id: str, *wanted: str) -> list[str]:
    """The ids of what somebody is told of a video, once it is of these kinds, the latest first."""

    def look() -> list[dict[str, Any]] | None:
        found = told(who, video=video_id)
        return [{}, *found] if [one["kind"] for one in found] == list(wanted) else None

    return [one["id"] for one in until(look, f"{wanted} about {video_id}")[1:]]


def feed(who: Traveller) -> list[str]:
    """The videos of somebody's feed, in pages of one."""
    found, cursor = [], ""
    while cursor is not None:
        page = who.client.call("GET", f"{FEED}?limit=1&cursor={cursor}")
        found += [video["id"] for video in page["videos"]]
        cursor = page["pagination"]["next_cursor"]
    return found


def test_what_people_are_told(newcomer: Traveller, stranger: Traveller, sources: Path) -> None:
    author, fan = (who.client.call("GET", "/api/auth/me")["user"]["id"] for who in (newcomer, stranger))
    stranger.client.call("POST", f"/api/users/{author}/follow")
    until(lambda: told(newcomer, actor=fan), "who follows")
    film = GOOD["silent"](sources)
    both = [newcomer.upload(film) for _ in range(2)]
    for one in both:
        assert newcomer.ended(one)["processing_status"] == "ready"
    until(lambda: {*feed(stranger)} >= {*both}, "the videos in the feed")
    video_id = both[0]
    [new] = kinds(stranger, video_id, "video")

    comments = f"/api/videos/{video_id}/comments"
    said = stranger.client.call("POST", comments, {"content": "First!"})["id"]
    answer = newcomer.client.call("POST", comments, {"content": "Thanks", "parent_comment_id": said})["id"]
    kinds(newcomer, video_id, "comment")
    reply, _ = kinds(stranger, video_id, "reply", "video")
    latest = stranger.client.call("GET", "/api/notifications?limit=1")
    unread = latest["unread_count"]
    cursor = latest["pagination"]["next_cursor"]
    assert stranger.client.call("GET", f"/api/notifications?limit=1&cursor={cursor}")["unread_count"] == unread
    for _ in range(2):
        left = stranger.client.call("POST", "/api/notifications/read", {"ids": [reply]})
        assert left == {"unread_count": unread - 1}
    assert {one["id"]: one["read"] for one in told(stranger, video=video_id)} == {reply: True, new: False}
    assert stranger.client.call("POST", "/api/notifications/read", {"all": True}) == {"unread_count": 0}

    for who, comment in ((stranger, said), (newcomer, answer)):
        assert who.request("DELETE", f"/api/comments/{comment}").status_code == 200
    kinds(newcomer, video_id)
    kinds(stranger, video_id, "video")
    newcomer.client.call("PATCH", f"/api/videos/{video_id}", {"visibility": "unlisted"})
    assert video_id not in feed(stranger)
    kinds(stranger, video_id)
    newcomer.client.call("PATCH", f"/api/videos/{video_id}", {"visibility": "public"})
    assert kinds(stranger, video_id, "video") == [new]
    until(lambda: video_id in feed(stranger), "the video in the feed again")
    assert stranger.request("DELETE", f"/api/users/{author}/follow").status_code == 200
    assert video_id not in feed(stranger)
    until(lambda: not told(newcomer, actor=fan), "nobody follows")
