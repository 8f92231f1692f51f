"""A second user of the API, who comes across a film."""

from infra.local.demo.client import ApiClient

WORDS = "I could watch this all day."


def visit(api_url: str, video_id: str) -> list[str]:
    """Watch a public video, follow its author, like it and say so; a line for each act, of what the API answered.

    Raises: DemoError: the API refused one of them.
    """
    viewer = ApiClient(api_url)
    name = viewer.register()
    author = viewer.video(video_id)["author"]
    at = f"/api/videos/{video_id}"
    viewer.call("POST", f"{at}/view", {"watch_time_seconds": 12, "quality": "1080p"})
    followed = viewer.call("POST", f"/api/users/{author['id']}/follow")
    liked = viewer.call("POST", f"{at}/like", {"action": "like"})
    said = viewer.call("POST", f"{at}/comments", {"content": WORDS})
    listed = viewer.call("GET", f"{at}/comments")["comments"]
    viewer.close()
    return [
        f"{name} follows {author['username']}: {followed['follower_count']} follower",
        f"{name} likes the film: {liked['like_count']} like, {liked['dislike_count']} dislikes",
        f"{name} says: {said['content']!r}; {len(listed)} comment on the film",
    ]
