"""Units and sound become one published video, and units depend on nothing but their keys."""

import random
from pathlib import Path

import pytest

from shared.media.errors import MediaError
from shared.media.scene.planning import RenderPlan
from shared.media.scene.rendering import render_audio, render_unit
from tests.shared.media.engine import LocalSink, LocalSource, decode, frame_times, samples
from tests.shared.media.making import FFMPEG
from tests.shared.media.scene.studio import RICH, Studio, loudness


def render_bytes(studio: Studio, plan: RenderPlan, number: int, target: Path) -> bytes:
    render_unit(plan, plan.units[number], studio.open_source, LocalSink(target), FFMPEG)
    return target.read_bytes()


def test_a_video_is_published(studio: Studio, tmp_path: Path) -> None:
    plan = studio.plan(RICH)
    manifest = studio.publish(plan, tmp_path)
    video = tmp_path / manifest.variants[0].file
    assert manifest.frames == plan.frames == 60 + 75 + 45
    assert frame_times(video) == list(range(plan.frames))
    assert len(samples(video)) == plan.frames * 1600
    assert len(samples(tmp_path / "audio.mp4")) == plan.frames * 1600
    for playlist in ("90p.m3u8", "master.m3u8"):
        frames = decode("-i", tmp_path / playlist, "-map", "0:v:0", "-f", "rawvideo", "-pix_fmt", "gray")
        assert len(frames) == plan.frames * 160 * 90


def test_a_unit_has_the_same_bytes_wherever_it_stands(studio: Studio, tmp_path: Path) -> None:
    plan = studio.plan(RICH)
    moved = {**RICH, "scenes": [{"id": "new", "duration": 1.2}, *RICH["scenes"]], "elements": [RICH["elements"][0]]}
    alone = {**RICH, "elements": [RICH["elements"][0]]}
    before, after = studio.plan(alone), studio.plan(moved)
    keys = {unit.key: unit.index for unit in after.units}
    shared = [unit for unit in before.units if unit.key in keys]
    assert [unit.scene for unit in shared] == [0, 1, 1, 2, 2]
    assert [unit.span.start - before.units[0].span.start for unit in shared] != [
        after.units[keys[unit.key]].span.start for unit in shared
    ]
    assert len(plan.units) == len(before.units)
    chosen = random.Random(5).choice(shared)
    first = render_bytes(studio, before, chosen.index, tmp_path / "one")
    assert first == render_bytes(studio, after, keys[chosen.key], tmp_path / "two")


@pytest.mark.parametrize("threads", [1, 3])
def test_bytes_do_not_depend_on_the_machine(studio: Studio, tmp_path: Path, threads: int) -> None:
    """The noise of a dissolve reaches the peak rate, where x264's threads would race."""
    plan = studio.plan(RICH)
    (unit,) = (unit for unit in plan.units if unit.scene == 2 and not unit.first)
    made = set()
    for number in range(2):
        target = LocalSink(tmp_path / str(number))
        render_unit(plan, unit, studio.open_source, target, FFMPEG, threads=threads if number else 2)
        made.add(target.path.read_bytes())
    assert len(made) == 1


def test_a_planner_with_other_fonts_is_noticed(studio: Studio, tmp_path: Path) -> None:
    plan = studio.plan(RICH)
    told = plan.to_json()
    told["units"][0]["key"] = "0" * 64
    with pytest.raises(MediaError, match="key"):
        render_bytes(studio, RenderPlan.from_json(told), 0, tmp_path / "one")
    assert not (tmp_path / "one").exists()


def test_a_source_that_fails_leaves_nothing(studio: Studio, tmp_path: Path) -> None:
    class Broken(LocalSource):
        def read(self, start: int, end: int) -> bytes:
            raise OSError("gone")

    plan = studio.plan(RICH)
    with pytest.raises(OSError, match="gone"):
        render_unit(plan, plan.units[1], lambda src: Broken(studio.folder / src), LocalSink(tmp_path / "one"), FFMPEG)
    with pytest.raises(OSError, match="gone"):
        render_audio(plan, lambda src: Broken(studio.folder / src), LocalSink(tmp_path / "two"), FFMPEG)
    assert not list(tmp_path.iterdir())


def test_progress_rises_to_the_end(studio: Studio, tmp_path: Path) -> None:
    plan, told = studio.plan(RICH), list[float]()
    render_unit(plan, plan.units[0], studio.open_source, LocalSink(tmp_path / "one"), FFMPEG, told.append)
    assert told == sorted(told)
    assert told[-1] == 1


def test_sound_is_as_loud_as_it_is_wanted_and_music_gives_way(studio: Studio, tmp_path: Path) -> None:
    scenes = [
        {"id": "speech", "elements": [{"type": "audio", "src": "voice.mp3", "duration": 2}]},
        {"id": "pause", "duration": 2, "background-color": "#000000"},
    ]
    value = {
        "width": 64,
        "height": 64,
        "fps": 10,
        "scenes": scenes,
        "elements": [{"type": "audio", "src": "music.wav", "volume": 4}],
        "output": {"loudness": -20},
    }
    levels = {}
    for duck in (True, False):
        value["elements"] = [{"type": "audio", "src": "music.wav", "volume": 1, "duck": duck}]
        target = tmp_path / str(duck)
        studio.publish(studio.plan(value), target)
        decode_filter = "ebur128=metadata=1,ametadata=mode=print:key=lavfi.r128.I:file=-"
        told = decode("-i", target / "audio.mp4", "-af", decode_filter, "-f", "null").decode()
        assert abs(float(told.rsplit("I=", 1)[1].split()[0]) + 20) < 1
        low = decode("-i", target / "audio.mp4", "-af", "lowpass=150,lowpass=150", "-ac", "1", "-f", "f32le")
        music = list(memoryview(low).cast("f"))
        levels[duck] = loudness(music[24000:72000]) / loudness(music[130000:])
    assert levels[True] < 0.6 * levels[False]


def test_the_sound_is_the_same_each_time(studio: Studio, tmp_path: Path) -> None:
    """Music that gives way to speech: the compressor must not see how FFmpeg's threads cut its inputs."""
    plan, made = studio.plan(RICH), set()
    for number in range(6):
        target = tmp_path / str(number)
        render_audio(plan, studio.open_source, LocalSink(target), FFMPEG)
        made.add(target.read_bytes())
    assert len(made) == 1
