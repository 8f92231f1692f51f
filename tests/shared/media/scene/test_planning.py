"""What is planned adds up, is told by its hash, and changes only where the configuration changes."""

import copy
import json
import re
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from shared.media.ladder import Rung
from shared.media.scene.config import parse
from shared.media.scene.layers import SubtitlesLayer
from shared.media.scene.planning import RenderPlan, SceneError, plan_render
from shared.media.scene.report import report
from shared.media.scene.sound import RATE, group_graph, groups
from tests.shared.media.scene.made_up import MEDIA, PROJECTS, sources


def plan_of(value: object) -> RenderPlan:
    parsed = parse(value)
    assert parsed.projects, parsed.problems
    return plan_render(parsed.projects[0], MEDIA, encoder_build="test")


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(PROJECTS)
def test_whatever_parses_is_planned(value: dict[str, Any]) -> None:
    project = parse(value).projects[0]
    plan = plan_render(project, sources(project), encoder_build="test")
    assert RenderPlan.from_json(json.loads(json.dumps(plan.to_json()))) == plan
    assert [unit.index for unit in plan.units] == list(range(len(plan.units)))
    assert [unit.is_last for unit in plan.units] == [False] * (len(plan.units) - 1) + [True]
    position = 0
    for unit in plan.units:
        assert unit.span.start == position
        assert 0 < unit.span.frames == unit.last - unit.first <= plan.gop * 16 // 3
        time = plan.composition.times[unit.scene]
        assert position == time.start + unit.first
        assert unit.last <= time.transition or unit.first >= time.transition
        position += unit.span.frames
    assert position == plan.frames == plan.composition.times[-1].end
    assert sum(group.length for group in groups(plan.composition)) == round(plan.frames / plan.frame_rate * RATE)
    told = report(project, sources(project))
    assert told.valid
    assert (told.frames, told.units, told.cpu_seconds) == (plan.frames, len(plan.units), plan.cpu_seconds)
    assert all(problem.level == "warning" for problem in told.problems)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(PROJECTS)
def test_case_57_no_text_of_a_user_gets_into_a_graph(value: dict[str, Any]) -> None:
    project = parse(json.loads(json.dumps(value).replace('"text": "', '"text": "Q@;[v]'))).projects[0]
    plan = plan_render(project, sources(project), encoder_build="test")
    for unit in plan.units:
        graph = plan.graph(unit)
        assert "Q@" not in graph.text("v")
        assert re.fullmatch(r"[\x20-\x7e]*", graph.text("v"))
        assert all(re.fullmatch(r"\d+\.ass", name) for name in graph.files)


def twenty() -> dict[str, Any]:
    """Twenty scenes of two seconds, every other one with a transition."""
    scenes: list[dict[str, Any]] = []
    for number in range(20):
        text = {"type": "text", "text": f"scene {number}"}
        picture = {"type": "image", "src": "photo.jpg", "resize": "cover"}
        scene = {"id": f"s{number}", "duration": 2, "elements": [picture, text]}
        scenes.append(scene | ({"transition": {"duration": 0.5}} if number % 2 else {}))
    logo = {"type": "image", "src": "picture.png", "width": 50, "height": 50, "x": 5, "y": 5, "z-index": 9}
    return {"resolution": "hd", "scenes": scenes, "elements": [logo]}


def set_text(value: dict[str, Any]) -> None:
    value["scenes"][6]["elements"][1]["text"] = "another"


def set_duration(value: dict[str, Any]) -> None:
    value["scenes"][6]["duration"] = 3


def set_transition(value: dict[str, Any]) -> None:
    value["scenes"][7]["transition"]["type"] = "dissolve"


def swap(value: dict[str, Any]) -> None:
    value["scenes"][10], value["scenes"][12] = value["scenes"][12], value["scenes"][10]


def move_logo(value: dict[str, Any]) -> None:
    value["elements"][0]["x"] = 6


@pytest.mark.parametrize(
    ("change", "made_anew"),
    [
        (set_text, [(6, 0), (7, 0)]),
        (set_duration, [(6, 0), (7, 0)]),
        (set_transition, [(7, 0)]),
        (swap, [(11, 0), (13, 0)]),
        (move_logo, [(scene, first) for scene in range(20) for first in ((0, 15) if scene % 2 else (0,))]),
    ],
)
def test_a_change_makes_anew_only_what_it_touches(change: Any, made_anew: list[tuple[int, int]]) -> None:
    before = plan_of(twenty())
    assert len(before.units) == 30
    value = copy.deepcopy(twenty())
    change(value)
    after = plan_of(value)
    known = {unit.key for unit in before.units}
    assert [(unit.scene, unit.first) for unit in after.units if unit.key not in known] == made_anew
    assert after.hash != before.hash
    assert plan_of(twenty()).hash == before.hash


def test_the_rendition() -> None:
    value = {**twenty(), "quality": "high", "fps": 60}
    plan = plan_of(value)
    assert plan.rungs == (Rung("720p", 1280, 720, 6300, 9450),)
    assert plan.rung("720p") == plan.rungs[0]
    assert "18" in plan.encoder_arguments
    assert (plan.gop, plan.frame_rate, plan.has_audio, plan.audio_key) == (120, 60, False, "")
    other = plan_render(parse(value).projects[0], MEDIA, encoder_build="other")
    assert not {unit.key for unit in other.units} & {unit.key for unit in plan.units}


@pytest.mark.parametrize(
    ("scenes", "pointer", "code"),
    [
        ([{"id": "a", "elements": [{"type": "text", "text": "x"}]}], "/scenes/0", "NO_DURATION"),
        ([{"id": "a", "elements": [{"type": "audio", "src": "gone"}]}], "/scenes/0/elements/0/src", "SOURCE_MISSING"),
        ([{"id": "a", "elements": [{"type": "audio", "src": "photo.jpg"}]}], "/scenes/0/elements/0/src", "WRONG_KIND"),
        (
            [{"id": "a", "elements": [{"type": "video", "src": "short.mp4", "trim": 2.4}]}],
            "/scenes/0/elements/0/trim",
            "OUT_OF_RANGE",
        ),
        (
            [{"id": "a", "duration": 1}, {"id": "b", "duration": 0.2, "transition": {"duration": 0.3}}],
            "/scenes/1/transition/duration",
            "OUT_OF_RANGE",
        ),
        (
            [{"id": "a", "duration": 1, "elements": [{"type": "image", "src": "picture.png",
              "crop": {"x": 700, "width": 200, "height": 10}}]}],
            "/scenes/0/elements/0/crop",
            "OUT_OF_RANGE",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_planned_is_told_with_its_place(scenes: Any, pointer: str, code: str) -> None:
    with pytest.raises(SceneError) as raised:
        plan_of({"scenes": scenes})
    (problem,) = raised.value.problems
    assert (problem.pointer, problem.code, problem.scene_id) == (pointer, code, scenes[-1]["id"])
    told = report(parse({"scenes": scenes}).projects[0], MEDIA)
    assert (told.valid, told.problems) == (False, raised.value.problems)


def test_a_scene_lasts_as_long_as_its_sound() -> None:
    elements = [{"type": "video", "src": "long.mp4"}, {"type": "audio", "src": "song.mp3", "start": 1}]
    plan = plan_of({"fps": 25, "scenes": [{"id": "a", "elements": elements}, {"id": "b", "elements": elements[:1]}]})
    first, second = plan.composition.times
    assert first.frames == 334  # 13.345 s and not a frame less
    assert (second.start, second.frames) == (334, 15000)


GRAPH = """\
[0:0]scale=1920:1080,format=yuv420p,setpts=(PTS-(0)-1/1/TB)*2/3,fps=30:round=near,tpad=stop_mode=clone:stop=-1,\
trim=start_pts=0:end_pts=60,scale=1280:720:flags=bicubic:in_color_matrix=bt709:out_color_matrix=bt709:out_range=tv,\
setsar=1,format=yuv420p,settb=1/30,setpts=N+0[l0]
[1:v:0]scale=40:30:flags=lanczos:out_color_matrix=bt709:out_range=tv,setsar=1,format=yuva420p,\
loop=loop=-1:size=1:start=0,settb=1/30,setpts=N+0,trim=end_frame=60,settb=1/30,setpts=N+0[l1]
[l0][l1]overlay=7:9:eof_action=pass:eval=init,format=yuv420p[l2]
[l2]format=yuv420p,settb=1/30,setpts=N+0,fps=30,setparams=color_primaries=bt709:color_trc=bt709:colorspace=bt709:\
range=tv:chroma_location=left:field_mode=prog[v]"""
SOUND = """\
[0:1]asetpts=PTS-(1/1)/TB,aresample=48000:async=1:first_pts=0,aformat=sample_fmts=fltp:channel_layouts=stereo,\
rubberband=tempo=1.5,apad=whole_len=96000,atrim=end_sample=96000,asetpts=N,apad=whole_len=96000,atrim=end_sample=96000[l2]"""


def test_graphs_are_as_they_were() -> None:
    """A change here changes every key: raise ENGINE_VERSION when the picture changes, too."""
    clip = {"type": "video", "src": "long.mp4", "trim": 1, "speed": 1.5}
    over = {"type": "image", "src": "picture.png", "x": 7, "y": 9, "width": 40, "height": 30}
    plan = plan_of({"resolution": "hd", "scenes": [{"id": "a", "duration": 2, "elements": [clip, over]}]})
    assert plan.graph(plan.units[0]).text("v").split(";") == GRAPH.splitlines()
    assert group_graph(groups(plan.composition)[0], MEDIA).text("").split(";")[2] == SOUND


def spoken(count: int) -> dict[str, Any]:
    words = [{"word": f"word{n}", "start": n / 5, "end": n / 5 + 0.1} for n in range(count)]
    return {"type": "subtitles", "words": words}


@pytest.mark.parametrize("style", ["progressive", "classic"])
def test_a_window_has_the_words_that_are_seen_in_it(style: str) -> None:
    subtitles = spoken(600) | {"settings": {"style": style, "line-color": "#FF0000"}, "start": 3, "duration": 100}
    composition = plan_of(
        {"scenes": [{"id": "a", "duration": 120, "background-color": "#000000", "elements": [subtitles]}]}
    ).composition
    (layer,) = (layer for layer in composition.stacks[0] if isinstance(layer, SubtitlesLayer))
    for first in range(0, 3600, 77):
        events = composition.events(0, layer)
        seen = [event for event in events if event.start < first + 50 and event.end > first]
        assert composition.events_in(0, layer, first, first + 50) == seen


def test_shared_words_are_told_in_every_scene() -> None:
    scenes = [{"id": str(n), "duration": 1.3} for n in range(90)]
    composition = plan_of({"scenes": scenes, "elements": [spoken(580)]}).composition
    shown = [word.text for number, stack in enumerate(composition.stacks) for layer in stack
             if isinstance(layer, SubtitlesLayer) for word in composition.words(number, layer)]  # fmt: skip
    assert list(dict.fromkeys(shown)) == [f"word{n}" for n in range(580)]


def test_words_that_begin_at_once_are_all_seen() -> None:
    words = [{"word": word, "start": start, "end": 0.5} for word, start in (("a", 0.1), ("b", 0.101), ("c", 0.11))]
    scene = {"id": "a", "duration": 2, "elements": [{"type": "subtitles", "words": words}]}
    composition = plan_of({"scenes": [scene]}).composition
    (layer,) = (layer for layer in composition.stacks[0] if isinstance(layer, SubtitlesLayer))
    assert [(event.start, event.end, event.plain) for event in composition.events(0, layer)] == [
        (3, 4, "a"),
        (4, 5, "b"),
        (5, 15, "c"),
    ]


@pytest.mark.parametrize(
    ("more", "place"),
    [
        ({"elements": [spoken(4001) for _ in range(5)]}, "/scenes"),
        ({"elements": [{"type": "text", "text": "x" * 5000} for _ in range(41)]}, "/scenes"),
        ({"elements": [spoken(1) for _ in range(11)]}, "/scenes/0/elements"),
    ],
)
def test_no_more_words_than_can_be_planned(more: dict[str, Any], place: str) -> None:
    (problem,) = parse({"scenes": [{"id": "a", "duration": 2}], **more}).problems
    assert (problem.pointer, problem.code) == (place, "TOO_MANY")
