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
        owner.told("video_status", video_id=video_id, processing_status="processing")
        owner.told("video_status", video_id=video_id, processing_status="ready")
        job = Order(newcomer, LONG)
        newcomer.client.call("POST", f"/api/v1/jobs/{job.id}/cancel")
        owner.told("job_progress", job_id=job.id, status="cancelled")

    path, channel = f"/api/videos/{video_id}", f"video:{video_id}"
    with watching(stranger, anonymous=True) as viewer:
        joined = viewer.subscribed(channel)
        assert joined["data"]["like_count"] == 0
        newcomer.client.call("POST", f"{path}/like", {"action": "like"})
        newcomer.client.call("POST", f"{path}/comments", {"content": "Look!"})
        assert viewer.told("new_comment", channel=channel)["comment"]["content"] == "Look!"
        numbers = {"view_count": 0, "like_count": 1, "comment_count": 1}
        viewer.told("video_update", video_id=video_id, data=numbers)
        for number in range(5):
            newcomer.client.call("POST", f"{path}/comments", {"content": f"{number}"})
        viewer.told("video_update", video_id=video_id, data={**numbers, "comment_count": 6})
        said = words(viewer)
        seen = max(one["seq"] for one in viewer.messages)
        viewer.drop()

    newcomer.client.call("POST", f"{path}/comments", {"content": "Where are you?"})
    with watching(stranger) as viewer:
        viewer.subscribed(channel, resume=seen)
        viewer.wait(lambda: "Where are you?" in words(viewer), "the last comment")
        assert said + words(viewer) == ["Look!", *"01234", "Where are you?"]
        newcomer.client.call("PATCH", path, {"visibility": "private"})
        assert viewer.told("unsubscribed", channel=channel)["reason"] == "not_found"
