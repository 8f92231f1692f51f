"""PATCH /api/videos/{video_id}."""

from typing import Any

import pytest

from functions.api.videos.edit_video import handler
from functions.api.videos.get_video import handler as get
from shared.contract.resources import VIDEOS
from tests.api import Answer
from tests.aws import Stage
from tests.functions.api.videos.conftest import Make, Someone


def edit(video_id: str, who: Someone, body: Any) -> Answer:
    return who.call(handler, "PATCH", f"/api/videos/{video_id}", body)


def test_what_is_sent_changes_and_the_rest_stays(ready: Make, ada: Someone) -> None:
    video_id = ready(title="Old", tags=("a",))
    answer = edit(video_id, ada, {"title": " New ", "description": "One\r\ntwo", "visibility": "unlisted"})
    assert answer.status == 200
    found = answer.json
    assert (found["title"], found["description"], found["visibility"]) == ("New", "One\ntwo", "unlisted")
    assert found["tags"] == ["a"]
    assert edit(video_id, ada, {"tags": None, "thumbnail_url": None}).json["tags"] == []
    assert edit(video_id, ada, {}).json["title"] == "New"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "   "}, "title"),
        ({"title": None}, "title"),
        ({"title": "x" * 101}, "title"),
        ({"title": "a\u0000b"}, "title"),
        ({"title": "a\u202eb"}, "title"),
        ({"title": 5}, "title"),
        ({"description": "x" * 5001}, "description"),
        ({"tags": ["x"] * 21}, "tags"),
        ({"tags": [""]}, "tags.0"),
        ({"tags": ["fine", "x" * 51]}, "tags.1"),
        ({"tags": "a,b"}, "tags"),
        ({"category": "x" * 51}, "category"),
        ({"visibility": "secret"}, "visibility"),
        ({"visibility": None}, "visibility"),
        ({"thumbnail_url": "https://elsewhere.example/a.jpg"}, "thumbnail_url"),
        ({"thumbnail_url": "javascript:alert(1)"}, "thumbnail_url"),
        ({"owner_id": "me"}, "owner_id"),
        ({"view_count": 5}, "view_count"),
        ({"status": "ready"}, "status"),
    ],
)
def test_a_bad_edit_names_its_field_and_changes_nothing(
    ready: Make, ada: Someone, stage: Stage, body: dict[str, Any], field: str
) -> None:
    video_id = ready()
    before = stage.rows(VIDEOS)
    answer = edit(video_id, ada, body)
    assert (answer.status, answer.error["code"]) == (422, "VALIDATION_ERROR")
    assert list(answer.error["field_errors"]) == [field]
    assert stage.rows(VIDEOS) == before


def test_the_longest_texts_are_taken(ready: Make, ada: Someone) -> None:
    longest = {
        "title": "é" * 100,
        "description": "é" * 5000,
        "tags": [f"{n:050}" for n in range(20)],
        "category": "c" * 50,
    }
    found = edit(ready(), ada, longest).json
    assert {name: found[name] for name in longest} == longest


def test_nobody_else_edits(ready: Make, bob: Someone) -> None:
    video_id = ready()
    assert edit(video_id, Someone(), {"title": "Mine"}).status == 401
    assert edit(video_id, bob, {"title": "Mine"}).status == 404


def test_a_viewer_has_no_right_to_write(ready: Make, someone: Any) -> None:
    assert edit(ready(), someone("eve", "viewer"), {"title": "Mine"}).status == 403


def test_case_33_private_at_once_for_everybody_else(ready: Make, ada: Someone, bob: Someone) -> None:
    video_id = ready()
    assert edit(video_id, ada, {"visibility": "private"}).json["visibility"] == "private"
    assert bob.call(get, "GET", f"/api/videos/{video_id}").status == 404
