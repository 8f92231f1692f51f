"""People talk about a video."""

from pathlib import Path
from typing import Any

from tests.journeys.creator import administrator
from tests.journeys.traveller import Traveller, until
from tests.shared.media.sources import GOOD


def listed(who: Traveller, path: str, count: int) -> list[dict[str, Any]]:
    """The comments of a list, once there are so many: an index is a moment behind."""

    def look() -> list[list[dict[str, Any]]]:
        found: list[dict[str, Any]] = who.client.call("GET", path)["comments"]
        return [found] if len(found) == count else []

    [found] = until(look, f"{count} comments", 20)
    return list(found)


def paged(who: Traveller, path: str) -> list[str]:
    """What the comments of a list say, one by one."""
    texts, cursor = [], ""
    while cursor is not None:
        told = who.client.call("GET", f"{path}&limit=1&cursor={cursor}")
        texts += [comment["content"] for comment in told["comments"]]
        cursor = told["pagination"]["next_cursor"]
    return texts


def test_people_talk_about_a_video(traveller: Traveller, stranger: Traveller, sources: Path) -> None:
    video_id = traveller.ready(GOOD["silent"](sources))["id"]
    path = f"/api/videos/{video_id}/comments"
    first = stranger.client.call("POST", path, {"content": "First!"})
    reply = traveller.client.call("POST", path, {"content": "Thanks", "parent_comment_id": first["id"]})
    again = stranger.client.call("POST", path, {"content": "Welcome", "parent_comment_id": reply["id"]})
    other = stranger.client.call("POST", path, {"content": "And another"})
    assert again["parent_comment_id"] == first["id"]
    for query, order in (("", [other, first]), ("?sort=oldest", [first, other]), ("?sort=top", [other, first])):
        shown = listed(traveller, path + query, 2)
        assert [comment["id"] for comment in shown] == [comment["id"] for comment in order]
    replies = f"/api/comments/{first['id']}/replies"
    assert [comment["content"] for comment in listed(traveller, replies, 2)] == ["Thanks", "Welcome"]
    assert listed(traveller, f"/api/comments/{other['id']}/replies", 0) == []
    for place, texts in ((path + "?sort=oldest", ["First!", "And another"]), (replies + "?", ["Thanks", "Welcome"])):
        assert paged(stranger, place) == texts
    edited = stranger.client.call("PUT", f"/api/comments/{other['id']}", {"content": "Something else"})
    assert (edited["content"], edited["edited"]) == ("Something else", True)
    assert traveller.client.video(video_id)["comment_count"] == 4

    told = traveller.request("POST", f"/api/comments/{other['id']}/report", json={"reason": "Off topic"})
    assert told.status_code == 202, told.text
    assert stranger.request("DELETE", f"/api/comments/{reply['id']}").status_code == 404
    for who, comment in ((stranger, first), (traveller, again), (traveller, reply)):
        assert who.request("DELETE", f"/api/comments/{comment['id']}").status_code == 200
    with administrator(traveller, "moderator") as head:
        reports = head.api.get("/api/v1/admin/reports").json()["reports"]
        assert head.api.get(f"/api/v1/admin/reports?cursor={'A' * 40}").json()["error"]["code"] == "INVALID_CURSOR"
        [about] = [report for report in reports if report["comment_id"] == other["id"]]
        assert (about["reason"], about["comment"]["content"]) == ("Off topic", "Something else")
        assert head.api.delete(f"/api/comments/{other['id']}").status_code == 200
        settled = head.api.delete(f"/api/v1/admin/reports/{other['id']}")
        assert settled.json() == {"dismissed": 1}, settled.text
    assert listed(traveller, path, 0) == []
    assert traveller.client.video(video_id)["comment_count"] == 0

    kept = stranger.client.call("POST", path, {"content": "Still there?"})
    traveller.client.call("PATCH", f"/api/videos/{video_id}", {"visibility": "private"})
    assert stranger.request("GET", path).status_code == 404
    assert stranger.request("PUT", f"/api/comments/{kept['id']}", json={"content": "Hello?"}).status_code == 404
    assert stranger.request("DELETE", f"/api/comments/{kept['id']}").status_code == 200
