"""GET /api/videos/{video_id}."""

from functions.api.videos.get_video import handler
from shared.base.ids import new_id
from tests.api import Answer, call
from tests.aws import Stage
from tests.functions.api.videos.conftest import Make, Someone


def get(video_id: str, who: Someone | None = None) -> Answer:
    return (who or Someone()).call(handler, "GET", f"/api/videos/{video_id}")


def test_a_complete_video_object(ready: Make, ada: Someone) -> None:
    video_id = ready(title="A film", description="About it", tags=("a", "b"), category="Games")
    answer = get(video_id)
    assert answer.status == 200
    found = answer.json
    assert found["id"] == video_id
    texts = {"title": "A film", "description": "About it", "category": "Games", "visibility": "public"}
    assert {name: found[name] for name in texts} == texts
    assert found["tags"] == ["a", "b"]
    assert found["duration"] == 60.5
    assert found["processing_status"] == "ready"
    assert found["progress"] == 100
    assert found["processing_error"] is None
    assert set(found["quality_variants"]) == {"1080p", "480p"}
    assert found["video_url"].endswith(f"/v/{video_id}/1/master.m3u8")
    assert found["thumbnail_url"].endswith(f"/v/{video_id}/1/poster.jpg")
    assert (found["storyboard_url"], found["preview_url"]) == (None, None), "an older video has neither"
    counts = ("view_count", "like_count", "dislike_count", "comment_count")
    assert [found[count] for count in counts] == [0] * 4
    assert found["author"] == {
        "id": ada.user_id,
        "username": "ada",
        "display_name": "Ada",
        "avatar_url": "https://media.showreel.example/public/avatar.svg",
        "follower_count": None,
        "verified": False,
    }
    assert found["metrics"] == {"watch_time_minutes": 0, "engagement_rate": 0, "retention_curve": []}
    assert found["published_at"].endswith("Z")
    assert found["updated_at"].endswith("Z")


def test_what_anybody_may_see_is_shared_for_a_minute(ready: Make, ada: Someone) -> None:
    video_id = ready()
    assert get(video_id).headers["cache-control"] == "public, max-age=0, s-maxage=60"
    assert "private" in get(video_id, ada).headers["cache-control"]


def test_case_33_a_private_video_is_its_authors_alone(ready: Make, ada: Someone, bob: Someone) -> None:
    video_id = ready(visibility="private")
    assert get(video_id, ada).status == 200
    for who in (bob, Someone()):
        answer = get(video_id, who)
        assert (answer.status, answer.error["code"]) == (404, "NOT_FOUND")
        assert answer.error["message"] == get(new_id(), who).error["message"]


def test_a_video_on_its_way(running: Make, ada: Someone, bob: Someone) -> None:
    video_id = running()
    assert get(video_id, bob).status == 404
    found = get(video_id, ada).json
    assert (found["processing_status"], found["video_url"], found["quality_variants"]) == ("processing", None, {})


def test_an_id_that_is_none_is_a_mistake(stage: Stage) -> None:
    answer = call(handler, "GET", "/api/videos/1")
    assert (answer.status, answer.error["code"]) == (422, "VALIDATION_ERROR")
    assert "video_id" in answer.error["field_errors"]


def test_a_bad_token_is_refused_though_none_is_needed(ready: Make) -> None:
    assert Someone(token="bad").call(handler, "GET", f"/api/videos/{ready()}").status == 401
