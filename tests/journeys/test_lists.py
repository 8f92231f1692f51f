"""What somebody shows is in the lists of everybody, and what they do not show is in their own alone."""

from pathlib import Path
from typing import Any

import httpx

from tests.journeys.test_renders import Order, scenes, text
from tests.journeys.traveller import Traveller
from tests.shared.media.sources import GOOD


def told(who: Traveller, path: str) -> tuple[list[str], int]:
    """The videos of a list, one a page, and how many it has in all."""
    found: list[str] = []
    cursor = ""
    while True:
        asked = f"{path}{'&' if '?' in path else '?'}limit=1&cursor={cursor}"
        answer: dict[str, Any] = who.client.call("GET", asked)
        found += [video["id"] for video in answer["videos"]]
        cursor = answer["pagination"]["next_cursor"]
        if not cursor:
            return found, answer["pagination"]["total_items"]


def test_lists_have_what_is_shown_to_everybody(newcomer: Traveller, stranger: Traveller, sources: Path) -> None:
    author = newcomer.client.call("GET", "/api/auth/me")["user"]["id"]
    shown, hidden = (newcomer.ready(GOOD["silent"](sources))["id"] for _ in range(2))
    category = f"journeys-{author[-6:]}"
    newcomer.client.call("PATCH", f"/api/videos/{shown}", {"category": category, "description": "A film."})
    lists = (f"/api/users/{author}/videos", f"/api/videos?author={author}", f"/api/videos?category={category}")
    assert [told(stranger, path) for path in lists] == [([hidden, shown], 2)] * 2 + [([shown], 1)]
    latest = stranger.client.call("GET", "/api/videos?limit=2")["videos"]
    assert [video["id"] for video in latest] == [hidden, shown]

    newcomer.client.call("PATCH", f"/api/v1/videos/{hidden}", {"visibility": "private"})
    assert [told(who, path) for who in (stranger, newcomer) for path in lists] == [([shown], 1)] * 6
    assert hidden not in told(stranger, "/api/videos")[0]
    assert told(newcomer, "/api/users/me/videos") == ([hidden, shown], 2)
    assert told(stranger, "/api/users/me/videos?status=uploaded")[0] == []

    answer = httpx.get(f"{newcomer.stack.outputs['ApiUrl'].rstrip('/')}{lists[0]}?limit=1")
    (video,) = answer.json()["videos"]
    assert (video["category"], video["description"]) == (category, "A film.")
    assert video["quality_variants"] == stranger.client.video(shown)["quality_variants"]
    assert httpx.get(video["video_url"]).text.startswith("#EXTM3U")
    assert answer.headers["cache-control"] == "public, max-age=0, s-maxage=60"

    assert newcomer.request("DELETE", f"/api/v1/videos/{shown}").status_code == 200
    assert [told(stranger, path) for path in lists] == [([], 0)] * 3
    assert told(newcomer, "/api/users/me/videos?status=ready") == ([hidden], 1)


def test_a_render_that_its_owner_shows_is_listed_once_it_is_there(newcomer: Traveller, stranger: Traveller) -> None:
    author = newcomer.client.call("GET", "/api/auth/me")["user"]["id"]
    job = Order(newcomer, scenes(text("Hello"), seconds=2))
    newcomer.client.call("PATCH", f"/api/videos/{job.video_id}", {"visibility": "public"})
    waiting = newcomer.client.call("GET", "/api/users/me/videos")["videos"][0]
    assert (waiting["id"], waiting["processing_status"] in ("uploaded", "processing")) == (job.video_id, True)
    assert told(stranger, f"/api/users/{author}/videos") == ([], 0)
    assert job.ended()["status"] == "completed"
    assert told(stranger, f"/api/users/{author}/videos") == ([job.video_id], 1)
