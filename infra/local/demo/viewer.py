"""A second user of the API, who comes across a film, while its author watches what is told live."""

from collections.abc import Iterator

from infra.local.demo.client import ApiClient
from infra.local.demo.live import Live

WORDS = "I could watch this all day."


def visit(api_url: str, video_id: str, live: Live) -> Iterator[str]:
    """Watch a public video, follow its author, like it and say so; a line for each act, and for what its author hears.

    Raises: DemoError: the API refused one of them, or told nothing of it.
    """
    viewer = ApiClient(api_url)
    name = viewer.register()
    author = viewer.video(video_id)["author"]
    at = f"/api/videos/{video_id}"
    viewer.call("POST", f"{at}/view", {"watch_time_seconds": 12, "quality": "1080p"})
    followed = viewer.call("POST", f"/api/users/{author['id']}/follow")
    yield f"{name} follows {author['username']}: {followed['follower_count']} follower"
    liked = viewer.call("POST", f"{at}/like", {"action": "like"})
    yield f"{name} likes the film: {liked['like_count']} like, {liked['dislike_count']} dislikes"
    told, seconds = live.until("video_update", like_count=liked["like_count"])
    yield f"  live, {seconds:.1f} s later: video_update {told['data']}"
    said = viewer.call("POST", f"{at}/comments", {"content": WORDS})
    listed = viewer.call("GET", f"{at}/comments")["comments"]
    yield f"{name} says: {said['content']!r}; {len(listed)} comment on the film"
    told, seconds = live.until("new_comment", video_id=video_id)
    yield f"  live, {seconds:.1f} s later: new_comment {told['comment']['content']!r}"
    viewer.close()
