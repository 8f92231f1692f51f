"""An author looks at comments before others do."""

from pathlib import Path

from tests.journeys.test_comments import listed, paged
from tests.journeys.traveller import Traveller, until
from tests.journeys.watcher import watching
from tests.shared.media.sources import GOOD

SETTINGS, HELD = "/api/comments/settings", "/api/comments/held"


def test_comments_with_words_of_a_list_wait(newcomer: Traveller, stranger: Traveller, sources: Path) -> None:
    author = newcomer.client
    assert author.call("GET", SETTINGS) == {"held_words": [], "hold_all": False}
    assert author.call("PUT", SETTINGS, {"held_words": ["buy now"]})["held_words"] == ["buy now"]
    video_id = newcomer.ready(GOOD["silent"](sources))["id"]
    path, channel = f"/api/videos/{video_id}/comments", f"video:{video_id}"
    with watching(stranger) as viewer:
        viewer.subscribed(channel)
        good, bad = (stranger.client.call("POST", path, {"content": text}) for text in ("Buy NOW!", "buy, now"))
        fine = stranger.client.call("POST", path, {"content": "Lovely"})
        reply = stranger.client.call("POST", path, {"content": "Buy now?", "parent_comment_id": fine["id"]})
        assert [one["held"] for one in (good, bad, fine, reply)] == [True, True, False, True]
        viewer.told("new_comment")
        assert [one["id"] for one in listed(newcomer, path, 1)] == [fine["id"]]
        for who, place in ((newcomer, HELD), (stranger, f"{HELD}?written=true")):
            assert [one["id"] for one in listed(who, place, 3)] == [reply["id"], bad["id"], good["id"]]
        for who, place in ((newcomer, f"{HELD}?"), (stranger, f"{HELD}?written=true")):
            assert paged(who, place) == ["Buy now?", "buy, now", "Buy NOW!"]

        edited = stranger.request("PUT", f"/api/comments/{fine['id']}", json={"content": "Buy now"})
        assert edited.status_code == 422, edited.text
        assert stranger.request("POST", f"{HELD}/{good['id']}/approve").status_code == 404
        for one in (good, reply):
            assert newcomer.request("POST", f"{HELD}/{one['id']}/approve").status_code == 200
        assert newcomer.request("DELETE", f"{HELD}/{bad['id']}").status_code == 200
        viewer.wait(lambda: len(viewer.of("new_comment")) == 3, "the comments that were approved")
        told = {one["comment"]["id"] for one in viewer.of("new_comment")}
        assert told == {fine["id"], good["id"], reply["id"]}

    assert [one["id"] for one in listed(newcomer, path, 2)] == [fine["id"], good["id"]]
    assert [one["id"] for one in listed(newcomer, f"/api/comments/{fine['id']}/replies", 1)] == [reply["id"]]
    assert listed(newcomer, HELD, 0) == []
    assert author.video(video_id)["comment_count"] == 3

    def noticed() -> bool:
        about = author.call("GET", "/api/notifications?limit=40")["notifications"]
        return {one["comment"]["id"] for one in about if one["comment"]} == told

    until(noticed, "what the author is told of")
