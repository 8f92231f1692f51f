"""POST /api/render."""

from typing import Any

import pytest

from functions.api.jobs.create_render import handler
from functions.api.jobs.get_render import handler as get
from shared.base.ids import new_id
from shared.contract.resources import JOBS
from shared.domains.jobs.service.ordering import unpack
from shared.domains.jobs.service.working import WorkService
from shared.media.scene.config import parse
from tests.aws import Stage
from tests.examples import differences
from tests.functions.api.jobs.conftest import Make, Someone
from tests.functions.api.jobs.test_generate_video import scenes

EXAMPLE = {"job_id": "uuid", "video_id": "uuid", "status": "pending"}
EDITS: dict[str, dict[str, Any]] = {
    "trim": {"trim": {"start": 1, "end": 3}},
    "square": {"aspect": "1:1", "layout": "blur"},
    "facecam": {"layout": "stacked", "facecam": {"x": 0, "y": 0, "width": 100, "height": 100}},
    "speed and text": {"speed": 2, "texts": [{"text": "Wow", "start": 1, "duration": 2}]},
    "captions": {"captions": {"words": [{"word": "Hello", "start": 0, "end": 1}]}},
}


@pytest.mark.parametrize("name", EDITS)
def test_a_clip_is_edited_by_a_job(ada: Someone, completed: Make, name: str) -> None:
    source = completed().video_id
    answer = ada.call(handler, "POST", "/api/render", {"video_id": source, "composition": EDITS[name]})
    assert answer.status == 202, answer.body
    assert differences(EXAMPLE, answer.json) == []
    told = ada.call(get, "GET", f"/api/render/{answer.json['job_id']}").json
    assert (told["kind"], told["status"]) == ("clip", "pending")
    (project,) = parse(unpack(WorkService.open().request(answer.json["job_id"]))).projects
    assert {wanted.src for wanted in project.sources()} == {source}


def test_a_composition_may_be_scenes(ada: Someone) -> None:
    answer = ada.call(handler, "POST", "/api/render", {"composition": scenes()})
    assert answer.status == 202
    told = ada.call(get, "GET", f"/api/render/{answer.json['job_id']}").json
    assert (told["kind"], told["title"]) == ("scenes", "Greeting")


def test_the_same_key_makes_one_job(ada: Someone, stage: Stage) -> None:
    key = {"idempotency-key": "once"}
    for _ in range(2):
        assert ada.call(handler, "POST", "/api/render", {"composition": scenes()}, headers=key).status == 202
    assert len([row for row in stage.rows(JOBS) if row["sk"]["S"] == "job"]) == 1


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({}, "composition"),
        ({"composition": scenes(colour="red")}, "composition.0.colour"),
        ({"video_id": "own", "composition": {"trim": {"start": 3, "end": 1}}}, "composition.trim.end"),
        ({"video_id": "own", "composition": {"trimm": {}}}, "composition.trimm"),
        ({"video_id": "own", "composition": {"layout": "stacked"}}, "composition.facecam"),
        ({"video_id": new_id(), "composition": {}}, "video_id"),
        ({"clip_id": new_id(), "composition": {"layout": "blur"}}, "clip_id"),
        ({"video_id": "own", "composition": {"music": {"src": "ftp://a/b"}}}, "composition.music.src"),
        ({"video_id": "own", "composition": {"music": {"src": new_id()}}}, "composition.music.src"),
        ({"video_id": "own", "composition": {"watermark": {"src": "a.png"}}}, "composition.watermark.src"),
        (
            {"video_id": "own", "composition": {"layout": "blur", "watermark": {"src": new_id()}}},
            "composition.watermark.src",
        ),
        ({"video_id": "own", "clip_id": new_id(), "composition": {}}, "video_id"),
    ],
)
def test_what_is_wrong_is_told_with_its_place_and_changes_nothing(
    ada: Someone, completed: Make, stage: Stage, wish: dict[str, Any], field: str
) -> None:
    own = completed().video_id
    rows = stage.rows(JOBS)
    sent = {name: own if value == "own" else value for name, value in wish.items()}
    answer = ada.call(handler, "POST", "/api/render", sent)
    assert (answer.status, answer.error["code"]) == (422, "VALIDATION_ERROR")
    assert list(answer.error["field_errors"]) == [field], answer.body
    pointers = [detail["pointer"] for detail in answer.error["details"] if "pointer" in detail]
    assert pointers in ([], ["/" + field.replace(".", "/")]), "once, whatever it was compiled to"
    assert stage.rows(JOBS) == rows
