"""A video of two hours, planned and packaged without its pictures."""

from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from bench import two_hours
from bench.encode import FFMPEG
from bench.our_transcode import FileSink, FileSource
from bench.our_transcode import plan_of as real_plan_of
from shared.media.encode import encode_audio, encode_run
from shared.media.illustrating import Illustrations
from shared.media.package import EncodedAudio, EncodedRun, package
from tests.shared.media.making import AAC, X264, counted, ffmpeg, tone


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("film") / "film.mp4"
    ffmpeg(*counted("320x240", "4", 2), *tone(), *X264, *AAC, path)
    return path


def test_it_publishes_as_many_objects_as_two_seconds(film: Path, tmp_path: Path) -> None:
    plan = real_plan_of(film, 1)
    source, (run,), name = FileSource(film), plan.runs, plan.rungs[0].name
    made = encode_run(plan, run, source, {name: FileSink(tmp_path / "run")}, FFMPEG)[name]
    sound = encode_audio(plan, source, FileSink(tmp_path / "sound"), FFMPEG)
    audio = EncodedAudio(sound, FileSource(tmp_path / "sound"))
    runs = {name: [EncodedRun(made, FileSource(tmp_path / "run"))]}
    drawing = partial(Illustrations, FFMPEG)
    short = package(plan, runs, audio, lambda name, _: FileSink(tmp_path / "out" / name), illustrate=drawing)
    long = two_hours.plan_of(plan.facts, 100)
    assert long.frames == two_hours.SECONDS * plan.frame_rate
    assert len(long.runs) == 100
    assert two_hours.published(long, made.stsd, sound.stsd) == len(short.objects)
    with pytest.raises(ValueError, match="frames were packaged"):
        two_hours.published(replace(long, frames=long.frames + 1), made.stsd, sound.stsd)
