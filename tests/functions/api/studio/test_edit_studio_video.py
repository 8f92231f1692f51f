"""PATCH and PUT /api/v1/videos/{video_id}."""

import base64
from typing import Any

import pytest

from functions.api.studio.edit_studio_video import handler
from shared.base.objects import Objects
from shared.contract.resources import VIDEOS
from tests.aws import Stage
from tests.functions.api.studio.conftest import Upload
from tests.functions.api.videos.conftest import Someone


@pytest.mark.parametrize("method", ["PATCH", "PUT"])
def test_what_is_sent_changes_and_the_rest_stays(ready: Upload, ada: Someone, method: str) -> None:
    path = f"/api/v1/videos/{ready(title='Before', tags=('a',))}"
    answer = ada.call(handler, method, path, {"title": "After", "description": "Longer", "visibility": "unlisted"})
    assert answer.status == 200
    video = answer.json["video"]
    assert (video["title"], video["description"], video["tags"], video["visibility"]) == (
        "After",
        "Longer",
        ["a"],
        "unlisted",
    )


def test_a_picture_goes_the_way_of_uploaded_ones(ready: Upload, ada: Someone) -> None:
    video_id = ready()
    picture = b"\x89PNG\r\n\x1a\n and so on"
    sent = "data:image/png;base64," + base64.b64encode(picture).decode()
    assert ada.call(handler, "PATCH", f"/api/v1/videos/{video_id}", {"thumbnail": sent}).status == 200
    ((key, size),) = Objects.open().keys(f"uploads/thumbnails/{ada.user_id}/{video_id}/").items()
    assert size == len(picture)
    assert Objects.open().get(key) == picture


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"title": "x" * 101}, "title"),
        ({"description": "x" * 5001}, "description"),
        ({"tags": [f"{number:02}" + "x" * 48 for number in range(11)]}, "tags"),
        ({"thumbnail": "no base64!"}, "thumbnail"),
        ({"thumbnail": "https://elsewhere.example/a.jpg"}, "thumbnail_url"),
        ({"status": "completed"}, "status"),
    ],
)
def test_what_is_wrong_changes_nothing(
    ready: Upload, ada: Someone, stage: Stage, body: dict[str, Any], field: str
) -> None:
    path = f"/api/v1/videos/{ready()}"
    rows = stage.rows(VIDEOS)
    answer = ada.call(handler, "PATCH", path, body)
    assert answer.status == 400
    assert field in answer.error["field_errors"]
    assert stage.rows(VIDEOS) == rows


def test_nobody_else_edits(ready: Upload, ada: Someone, bob: Someone, stage: Stage) -> None:
    path = f"/api/v1/videos/{ready()}"
    rows = stage.rows(VIDEOS)
    assert bob.call(handler, "PATCH", path, {"title": "Mine"}).status == 404
    assert stage.rows(VIDEOS) == rows
