"""Where a plan is rendered: by what it takes of the processors, and of the disk."""

import wave
from fractions import Fraction
from pathlib import Path

import pytest

from functions.pipeline.render.render_run import render_run
from shared.contract.declare import declaration_of
from shared.domains.jobs.rules.usage import RENDER_SCRATCH, STEMS_BYTES, render_lane
from shared.media.facts import AudioFacts
from shared.media.runner import Limits
from shared.media.scene import stems
from shared.media.scene.config import parse
from shared.media.scene.planning import RenderPlan, plan_render
from shared.media.scene.sources import Probed
from shared.media.scene_facts import SoundFacts
from shared.media.storage import BytesSource
from tests.shared.media.making import FFMPEG

MIB = 1024**2
SRC = "https://example.com/a.wav"


def plan(seconds: int, *, is_heard: bool = True) -> RenderPlan:
    sound = {"type": "audio", "src": SRC}
    text = {"type": "text", "text": "Hi", "duration": seconds}
    scene = {"id": "a", "duration": seconds, "background-color": "#000000", "elements": [sound if is_heard else text]}
    parsed = parse([{"comment": "Talk", "resolution": "sd", "scenes": [scene]}])
    facts = SoundFacts(
        10_000_000, "wav", AudioFacts(0, "pcm_s16le", 2, 48000), Fraction(0), Fraction(0), Fraction(seconds)
    )
    return plan_render(parsed.projects[0], {SRC: Probed(facts.to_json(), "id")}, encoder_build="test")


def test_the_size_of_stems_is_told_before_they_are_made(tmp_path: Path) -> None:
    seconds = 3
    with wave.open(str(tmp_path / "source.wav"), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(48000)
        file.writeframes(b"\1\2\3\4" * 48000 * seconds)
    source = BytesSource((tmp_path / "source.wav").read_bytes())
    composition = plan(seconds).composition
    folder = tmp_path / "stems"
    folder.mkdir()
    stems.render(composition, lambda _: source, folder, FFMPEG, Limits(60, 60))
    assert sum(path.stat().st_size for path in folder.iterdir()) == stems.size(composition)


def test_what_is_rendered_on_lambda_fits_on_its_disk() -> None:
    declared = declaration_of(render_run)
    assert declared is not None
    assert declared.compute.scratch == RENDER_SCRATCH
    assert STEMS_BYTES <= (RENDER_SCRATCH - 256) * MIB, "fonts, lists and FFmpeg's own files have room beside them"


@pytest.mark.parametrize(("minutes", "lane"), [(1, "lambda"), (12, "lambda"), (34, "lambda"), (36, "batch")])
def test_long_sound_is_rendered_on_batch(minutes: int, lane: str) -> None:
    size = stems.size(plan(minutes * 60).composition)
    assert size == pytest.approx(minutes * 60 * 768_000, rel=0.001)
    assert render_lane(1, size, 900) == lane
    assert (size < RENDER_SCRATCH * MIB) or lane == "batch"


def test_dear_work_and_silence() -> None:
    assert stems.size(plan(3600, is_heard=False).composition) == 0
    assert render_lane(900, 0, 900) == "lambda"
    assert render_lane(901, 0, 900) == "batch"
