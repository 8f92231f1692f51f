"""Packaging of many runs: what it names, what it holds, and runs that are empty."""

import gc
import hashlib
import weakref
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from shared.media import encode
from shared.media import package as packaging
from shared.media.encode import encode_run
from shared.media.errors import MediaError
from shared.media.package import EncodedRun, package
from shared.media.plan import make_plan
from shared.media.storage import BytesSource, ForwardReader, RangeSource
from tests.shared.media.engine import LocalSink, LocalSource, Transcoded, frame_times, looped, plan_of
from tests.shared.media.making import FFMPEG

Get = Callable[[str], Transcoded]


@pytest.mark.parametrize("name", ["landscape", "silent"])
def test_manifest_names_every_object(transcoded: Get, name: str) -> None:
    done = transcoded(name)
    files = {path.name: path.read_bytes() for path in done.directory.iterdir() if path.is_file()}
    told = {one.name: (one.size, one.sha256) for one in done.manifest.objects}
    assert told == {file: (len(data), hashlib.sha256(data).hexdigest()) for file, data in files.items()}


def test_packaging_holds_one_block_of_one_run(source: Callable[[str], Path], tmp_path: Path) -> None:
    """However many runs there are: a run that was copied is let go."""
    film = looped(source("silent"), tmp_path)
    plan = plan_of(film, 100)
    alive = weakref.WeakSet[ForwardReader]()
    most = 0

    class Watched(BytesSource):
        def read(self, start: int, end: int) -> bytes:
            nonlocal most
            gc.collect()
            most = max(most, len(alive))
            return super().read(start, end)

    class Counted(ForwardReader):
        def __init__(self, source: RangeSource) -> None:
            super().__init__(source)
            alive.add(self)

    encoded = []
    for run in plan.runs:
        path = tmp_path / str(run.index)
        index = encode_run(plan, run, LocalSource(film), {"240p": LocalSink(path)}, FFMPEG)["240p"]
        encoded.append(EncodedRun(index, Watched(path.read_bytes())))
    assert len(encoded) > 1
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(packaging, "ForwardReader", Counted)
        package(plan, {"240p": encoded}, None, lambda name, _: LocalSink(tmp_path / "out" / name))
    assert most == 1


def test_runs_past_the_real_end_are_empty(
    source: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The probe may expect a little more than there is, and a run may begin after the end."""
    film = looped(source("silent"), tmp_path)
    monkeypatch.setattr(encode, "SHORTFALL_SECONDS", 7)
    facts = plan_of(film).facts
    promised = replace(facts, video=replace(facts.video, duration=Fraction(146, 10)))
    plan = make_plan(promised, source_id="a", encoder_build="b", runs=3)
    encoded = []
    for run in plan.runs:
        path = tmp_path / str(run.index)
        index = encode_run(plan, run, LocalSource(film), {"240p": LocalSink(path)}, FFMPEG)["240p"]
        encoded.append(EncodedRun(index, LocalSource(path)))
    assert [run.index.frames for run in encoded] == [180, 78, 0]
    manifest = package(plan, {"240p": encoded}, None, lambda name, _: LocalSink(tmp_path / "out" / name))
    assert manifest.frames == 258
    assert frame_times(tmp_path / "out" / "240p.mp4") == list(range(258))
    with pytest.raises(MediaError, match="starts at frame 0 instead of 258"):
        package(plan, {"240p": [*encoded[:2], encoded[0]]}, None, lambda name, _: LocalSink(tmp_path / "no" / name))
