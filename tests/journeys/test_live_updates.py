"""People see what happens to a video while they watch it, and to their own work."""

from pathlib import Path

from tests.journeys.test_renders import LONG, Order
from tests.journeys.traveller import Traveller
from tests.journeys.watcher import Watcher, watching
from tests.shared.media.sources import GOOD


def words(viewer: Watcher) -> list[str]:
    return [one["comment"]["content"] for one in viewer.of("new_comment")]


def test_viewer_sees_what_others_do(newcomer: Traveller, stranger: Traveller, sources: Path) -> None:
    me = newcomer.client.call("GET", "/api/auth/me")["user"]["id"]
    with watching(newcomer) as owner:
        owner.subscribed(f"user:{me}")
        video_id = newcomer.upload(GOOD["silent"](sources))
        for status in ("processing", "ready"):
            owner.told("video_status", video_id=video_id, processing_status=status)
        job = Order(newcomer, LONG)
        owner.subscribed(f"job:{job.id}")
        newcomer.client.call("POST", f"/api/v1/jobs/{job.id}/cancel")
        owner.told("job_progress", job_id=job.id, status="cancelled")
        owner.send("live_stream", video_id=video_id, status="live")
        assert owner.told("live_stream", video_id=video_id)["viewer_count"] == 0

        path, channel = f"/api/videos/{video_id}", f"video:{video_id}"
        with watching(stranger, anonymous=True) as viewer:
            assert viewer.subscribed(channel)["data"]["live"] == {"status": "live", "viewer_count": 1}
            viewer.told("live_stream", viewer_count=1)
            newcomer.client.call("POST", f"{path}/like", {"action": "like"})
            for number in range(5):
                stranger.client.call("POST", f"{path}/comments", {"content": f"{number}"})
            viewer.wait(lambda: len(words(viewer)) == 5, "five comments")
            numbers = {"view_count": 0, "like_count": 1, "comment_count": 5}
            viewer.told("video_update", video_id=video_id, data=numbers)
            seen = max(one["seq"] for one in viewer.messages)
            viewer.drop()
        said = words(viewer)
        assert owner.told("notification")["notification"]["type"] == "comment"

        stranger.client.call("POST", f"{path}/comments", {"content": "Where am I?"})
        with watching(stranger) as viewer:
            viewer.subscribed(channel, resume=seen)
            viewer.wait(lambda: "Where am I?" in words(viewer), "the last comment")
            assert said + words(viewer) == [*"01234", "Where am I?"]
            newcomer.client.call("PATCH", path, {"visibility": "private"})
            assert viewer.told("unsubscribed", channel=channel)["reason"] == "not_found"
