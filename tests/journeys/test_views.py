"""People watch a video, and are counted, until it is gone."""

from pathlib import Path
from typing import Any

import httpx

from tests.journeys.traveller import Traveller, until
from tests.shared.media.sources import GOOD


def counted(who: Traveller, video_id: str) -> list[dict[str, Any]]:
    """What is kept of a video's numbers."""
    keys = [{"of": {"S": f"video#{video_id}#{shard}"}} for shard in range(4)]
    keys.append({"of": {"S": f"watched#{video_id}#0"}})
    asked = {"showreel-dev-counts": {"Keys": keys}}
    found: list[dict[str, Any]] = who.aws("dynamodb").batch_get_item(RequestItems=asked)["Responses"][
        "showreel-dev-counts"
    ]
    return found


def test_who_watches_is_counted_once(newcomer: Traveller, stranger: Traveller, sources: Path) -> None:
    video = newcomer.ready(GOOD["silent"](sources))
    path = f"/api/videos/{video['id']}/view"
    assert stranger.client.call("POST", path, {}) == {"success": True, "new_view_count": 1}
    assert stranger.client.call("POST", path, {}) == {"success": True, "new_view_count": 1}
    anonymous = httpx.post(newcomer.stack.outputs["ApiUrl"] + path, json={}, timeout=30)
    assert anonymous.json()["success"] is True
    half = video["duration"] / 2
    newcomer.client.call("POST", path, {"watch_time_seconds": half, "watched": [[0, half]]})

    def shown() -> dict[str, Any] | None:
        seen = stranger.client.video(video["id"])
        return seen if seen["view_count"] >= 3 else None

    seen = until(shown, "three views", 30)
    assert seen["view_count"] == 3
    curve = seen["metrics"]["retention_curve"]
    assert (len(curve), curve[0], curve[-1]) == (20, 100, 0)
    seconds = newcomer.client.call("GET", f"/api/videos/{video['id']}/retention")
    assert (seconds["reports"], seconds["viewers"][0], seconds["viewers"][-1]) == (1, 1, 0)
    assert stranger.request("GET", f"/api/videos/{video['id']}/retention").status_code == 404
    assert newcomer.request("POST", path, json={"watch_time_seconds": -1}).status_code == 422

    assert counted(newcomer, video["id"])
    newcomer.aws("dynamodb").delete_item(TableName="showreel-dev-videos", Key={"video_id": {"S": video["id"]}})
    until(lambda: not counted(newcomer, video["id"]), "its numbers to be forgotten", 30)
    assert stranger.request("POST", path, json={}).status_code == 404
