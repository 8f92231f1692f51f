"""POST /api/upload/thumbnail/request."""

from typing import Any

import pytest

from functions.api.uploads.request_thumbnail_upload import handler
from shared.base.ids import new_id
from tests.api import Answer
from tests.aws import Stage
from tests.functions.api.videos.conftest import Make, Someone

PATH = "/api/upload/thumbnail/request"
MIB = 1024**2
SMALLEST = {"filename": "a.jpg", "file_size": 1, "content_type": "image/jpeg"}


def ask(who: Someone, **change: Any) -> Answer:
    return who.call(handler, "POST", PATH, {**SMALLEST, **change})


def test_a_thumbnail_of_a_video(awaiting: Make, ada: Someone) -> None:
    video_id = awaiting()
    answer = ask(ada, video_id=video_id, file_size=10 * MIB, content_type="image/png")
    assert answer.status == 201
    found = answer.json
    key = f"/uploads/thumbnails/{ada.user_id}/{video_id}/{found['thumbnail_id']}?"
    assert key in found["upload_url"]
    assert found["method"] == "PUT"
    assert found["headers"] == {"Content-Type": "image/png", "Content-Length": str(10 * MIB), "If-None-Match": "*"}
    assert found["expires_at"].endswith("Z")


def test_an_avatar(ada: Someone) -> None:
    found = ask(ada).json
    assert f"/uploads/thumbnails/{ada.user_id}/avatar/{found['thumbnail_id']}?" in found["upload_url"]


def test_only_for_ones_own_videos(awaiting: Make, bob: Someone) -> None:
    assert ask(bob, video_id=awaiting()).status == 404
    assert ask(bob, video_id=new_id()).status == 404
    assert ask(Someone()).status == 401


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"file_size": 10 * MIB + 1}, "file_size"),
        ({"file_size": 0}, "file_size"),
        ({"content_type": "image/gif"}, "content_type"),
        ({"content_type": "image/svg+xml"}, "content_type"),
        ({"filename": "x" * 1025}, "filename"),
        ({"video_id": "../x"}, "video_id"),
        ({"duration": 5}, "duration"),
    ],
)
def test_a_bad_request_names_its_field(ada: Someone, change: dict[str, Any], field: str) -> None:
    answer = ask(ada, **change)
    assert (answer.status, answer.error["code"]) == (422, "VALIDATION_ERROR")
    assert list(answer.error["field_errors"]) == [field]


def test_twenty_an_hour(ada: Someone, stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RATE_SCALE", "1")
    assert [ask(ada).status for _ in range(21)] == [201] * 20 + [429]
