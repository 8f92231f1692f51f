"""An edit of a clip becomes a scene configuration."""

from typing import Any

import pytest

from shared.media.scene.config import parse
from shared.media.scene.geometry import Box
from shared.media.scene.layers import Clip, Picture
from shared.media.scene.layouts import compile_edit
from shared.media.scene.planning import RenderPlan, plan_render
from tests.shared.media.scene.made_up import MEDIA

FACE = {"x": 1400, "y": 0, "width": 500, "height": 400}


def plan_of(edit: dict[str, Any], src: str = "long.mp4") -> RenderPlan:
    compiled = compile_edit(edit, src)
    assert compiled.problems == ()
    return plan_render(parse(compiled.configuration).projects[0], MEDIA, encoder_build="test")


def targets(plan: RenderPlan) -> list[tuple[int, int, int, int]]:
    boxes = [layer.placement.target for layer in plan.composition.stacks[0] if isinstance(layer, Picture)]
    return [(box.x, box.y, box.width, box.height) for box in boxes]


@pytest.mark.parametrize(
    ("edit", "boxes"),
    [
        ({}, [(0, 0, 1080, 1920)]),
        ({"aspect": "1:1", "layout": "fit"}, [(0, 236, 1080, 608)]),
        ({"layout": "blur"}, [(0, 0, 1080, 1920), (0, 656, 1080, 608)]),
        ({"layout": "stacked", "facecam": FACE}, [(0, 768, 1080, 1152), (0, 0, 1080, 768)]),
        (
            {"layout": "side-by-side", "aspect": "16:9", "facecam": FACE, "split": 0.25},
            [(480, 0, 1440, 1080), (0, 0, 480, 1080)],
        ),
        ({"width": 200, "height": 100, "watermark": {"src": "photo.jpg"}}, [(0, 0, 200, 100), (168, 6, 30, 22)]),
    ],
)
def test_layouts(edit: dict[str, Any], boxes: list[tuple[int, int, int, int]]) -> None:
    assert targets(plan_of(edit)) == boxes


def test_a_crop_shows_the_middle_of_what_is_chosen() -> None:
    whole, chosen = plan_of({}), plan_of({"crop": {"x": 100, "y": 0, "width": 1000, "height": 1000}})
    stacks = (plan.composition.stacks[0] for plan in (whole, chosen))
    parts = [layer.placement.part for stack in stacks for layer in stack if isinstance(layer, Clip)]
    assert parts == [Box(656, 0, 608, 1080), Box(318, 0, 562, 1000)]


def test_trim_and_speed_make_the_length() -> None:
    plan = plan_of({"trim": {"start": 10, "end": 16}, "speed": 1.5, "texts": [{"text": "hi", "start": 1}]})
    assert plan.frames == 120
    assert plan_of({"trim": {"start": 1}}, "short.mp4").frames == 40


def test_captions_count_in_seconds_of_the_clip() -> None:
    words = [{"word": "one", "start": 10.5, "end": 11}, {"word": "two", "start": 12, "end": 13}]
    plan = plan_of({"trim": {"start": 10, "end": 16}, "speed": 2, "captions": {"words": words}})
    (script,) = plan.graph(plan.units[0]).files.values()
    assert "Dialogue: 0,0:00:00.25,0:00:00.98" in script
    assert "Dialogue: 1,0:00:00.98,0:00:01.48" in script


def test_music_gives_way_and_the_facecam_is_mute() -> None:
    edit = {"layout": "stacked", "facecam": FACE, "music": {"src": "song.mp3"}, "trim": {"end": 3}, "volume": 0.5}
    configuration: Any = compile_edit(edit, "long.mp4").configuration
    assert [part["volume"] for part in configuration["scenes"][0]["elements"]] == [0.5, 0]
    (music,) = configuration["elements"]
    assert (music["volume"], music["duck"]) == (0.3, True)


@pytest.mark.parametrize(
    ("edit", "pointer", "code"),
    [
        ({"layout": "stacked"}, "/facecam", "MISSING_FIELD"),
        ({"trim": {"start": 5, "end": 4}}, "/trim/end", "OUT_OF_RANGE"),
        ({"width": 100}, "/height", "MISSING_FIELD"),
        ({"texts": [{"txt": "a", "text": "b"}]}, "/texts/0/txt", "UNKNOWN_FIELD"),
        ({"aspect": "2:1"}, "/aspect", "INVALID_FORMAT"),
        ({"captions": {"settings": {"font-size": 1}}}, "/captions/settings/font-size", "OUT_OF_RANGE"),
    ],
)
def test_faults_are_told_with_their_place(edit: dict[str, Any], pointer: str, code: str) -> None:
    compiled = compile_edit(edit, "long.mp4")
    assert compiled.configuration is None
    assert [(problem.pointer, problem.code) for problem in compiled.problems] == [(pointer, code)]
