"""What no process could hold, or no budget pay, is refused with its place before anything is opened."""

from fractions import Fraction
from typing import Any

import pytest

from shared.media.scene.composition import LOOP_BYTES, Composition
from shared.media.scene.config import parse
from shared.media.scene.layers import Clip
from shared.media.scene.planning import SceneError, plan_render
from shared.media.scene.report import report
from shared.media.scene.sources import Probed
from tests.shared.media.scene.made_up import MEDIA, video_facts

TINY = Probed(video_facts(Fraction(1, 5), Fraction(25), (720, 1280), is_heard=False).to_json(), "tiny")
ALL = {**MEDIA, "tiny.mp4": TINY}
PICTURE = {"type": "image", "src": "picture.png"}
CLIP = {"type": "video", "src": "long.mp4", "opacity": 0.9, "volume": 0}
LOOP = {"type": "video", "src": "short.mp4", "loop": True, "opacity": 0.9}
LARGE_LOOP = {**LOOP, "src": "tiny.mp4", "width": 5000, "height": 5000}


def scene(*elements: dict[str, Any], seconds: float = 5) -> dict[str, Any]:
    return {"resolution": "4k", "scenes": [{"id": "a", "duration": seconds, "elements": list(elements)}]}


@pytest.mark.parametrize(
    ("value", "place", "code"),
    [
        (scene(PICTURE, {**PICTURE, "width": 8192}), "/scenes/0/elements/1", "OUT_OF_RANGE"),
        (scene({**PICTURE, "ken-burns": {}, "width": 8192, "height": 8192}), "/scenes/0/elements/0", "OUT_OF_RANGE"),
        ({**scene(), "elements": [{**CLIP, "height": 8192}]}, "/elements/0", "OUT_OF_RANGE"),
        (scene(*[{**CLIP, "trim": n} for n in range(17)]), "/scenes/0/elements", "TOO_MANY"),
        (scene(*[{**PICTURE, "width": 4000, "height": 4000}] * 40), "/scenes/0/elements", "TOO_MANY"),
        (scene(*[{"type": "audio", "src": "song.mp3"}] * 33), "/scenes/0/elements", "TOO_MANY"),
        ({**scene(), "elements": [{"type": "audio", "src": "song.mp3"}] * 33}, "/elements", "TOO_MANY"),
        (scene(LARGE_LOOP, seconds=3600), "/scenes/0/elements", "TOO_MANY"),
        ({**scene(*[CLIP] * 15, seconds=7200), "fps": 60}, "/scenes/0", "TOO_COSTLY"),
    ],
)
def test_too_much_is_refused_in_its_place(value: dict[str, Any], place: str, code: str) -> None:
    project = parse(value).projects[0]
    with pytest.raises(SceneError) as raised:
        plan_render(project, ALL, encoder_build="test")
    (problem,) = raised.value.problems
    assert (problem.pointer, problem.code) == (place, code)
    assert report(project, ALL).problems == (problem,)


def test_a_montage_may_have_many_clips_one_after_the_other() -> None:
    clips = [{**CLIP, "start": n, "duration": 1} for n in range(50)]
    assert plan_render(parse(scene(*clips, seconds=50)).projects[0], ALL, encoder_build="test").units


def test_loops_share_one_budget() -> None:
    loops = [{**LOOP, "resize": "fill", "width": 640, "height": 360, "trim": n / 10} for n in range(6)]
    composition = Composition.of(parse(scene(*loops, seconds=60)).projects[0], ALL)
    (kept,) = composition.kept
    assert 0 < len(kept) < 6
    held = [
        layer.lap * 640 * 360 * 5 // 2
        for layer in composition.stacks[0]
        if isinstance(layer, Clip) and layer.path in kept
    ]
    assert sum(held) <= LOOP_BYTES
    assert len(composition.turns(0)) == 6 - len(kept)


def test_problems_point_into_an_array_of_projects() -> None:
    parsed = parse([scene({**PICTURE, "width": 8192})])
    assert parsed.root == "/0"
    with pytest.raises(SceneError) as raised:
        plan_render(parsed.projects[0], ALL, encoder_build="test", root=parsed.root)
    assert raised.value.problems[0].pointer == "/0/scenes/0/elements/0"
    assert report(parsed.projects[0], ALL, root=parsed.root).problems == raised.value.problems
    texts = [{"type": "text", "text": "one"}, {"type": "text", "text": "two"}]
    parsed = parse([scene(*texts)])
    (warning,) = report(parsed.projects[0], ALL, root=parsed.root).problems
    assert warning.pointer == "/0/scenes/0/elements/1"
    assert warning.message.endswith("/0/scenes/0/elements/0.")
