"""People like and dislike what others show, and what they think is counted."""

from pathlib import Path

from tests.journeys.traveller import Traveller, until
from tests.shared.media.sources import GOOD


def think(who: Traveller, path: str, action: str) -> tuple[str, int, int]:
    told = who.client.call("POST", f"{path}/like", {"action": action})
    return told["user_action"], told["like_count"], told["dislike_count"]


def received(who: Traveller) -> int:
    return int(who.client.call("GET", "/api/auth/me")["profile"]["total_likes_received"])


def test_what_people_think_of_a_video_and_a_comment(newcomer: Traveller, stranger: Traveller, sources: Path) -> None:
    video_id = newcomer.ready(GOOD["silent"](sources))["id"]
    path = f"/api/videos/{video_id}"
    assert think(stranger, path, "like") == ("liked", 1, 0)
    assert think(stranger, path, "like") == ("liked", 1, 0)
    assert think(newcomer, path, "like") == ("liked", 2, 0)
    assert think(stranger, path, "dislike") == ("disliked", 1, 1)
    shown = [who.client.video(video_id) for who in (newcomer, stranger)]
    assert [(video["like_count"], video["dislike_count"]) for video in shown] == [(1, 1)] * 2
    assert newcomer.client.call("PATCH", path, {"title": "Liked"})["dislike_count"] == 1
    assert think(stranger, path, "remove") == ("none", 1, 0)
    until(lambda: received(newcomer) == 1, "the likes that its author has received")

    said = newcomer.client.call("POST", f"{path}/comments", {"content": "What do you think?"})["id"]
    comment = f"/api/comments/{said}"
    assert think(stranger, comment, "like") == ("liked", 1, 0)
    assert think(newcomer, comment, "dislike") == ("disliked", 1, 1)
    assert think(newcomer, comment, "remove") == ("none", 1, 0)
    [listed] = stranger.client.call("GET", f"{path}/comments")["comments"]
    assert (listed["like_count"], listed["user_interaction"]) == (1, {"liked": True, "disliked": False})

    newcomer.client.call("PATCH", path, {"visibility": "private"})
    assert stranger.request("POST", f"{comment}/like", json={"action": "remove"}).status_code == 404
    assert stranger.request("POST", f"{path}/like", json={"action": "like"}).status_code == 404
    assert stranger.request("POST", f"{path}/like", json={"action": "love"}).status_code == 422
