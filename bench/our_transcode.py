"""`python -m bench.our_transcode FFMPEG SOURCE FOLDER [RUNS|apart]`: the whole work on a file, in this process.

`apart` encodes every rung in a process of its own.
"""

import sys
from dataclasses import replace
from functools import partial
from pathlib import Path

from shared.media.encode import encode_audio, encode_run
from shared.media.illustrating import Illustrations
from shared.media.package import EncodedAudio, EncodedRun, package
from shared.media.pictures import make_poster
from shared.media.plan import Plan, make_plan
from shared.media.probing import probe


class FileSource:
    """A local file as the engine's RangeSource."""

    def __init__(self, path: Path) -> None:
        """The file must be complete."""
        self._path = path
        self.size = path.stat().st_size

    def read(self, start: int, end: int) -> bytes:
        """Bytes start..end."""
        with self._path.open("rb") as file:
            file.seek(start)
            return file.read(end - start)


class FileSink:
    """A local file as the engine's Sink."""

    def __init__(self, path: Path) -> None:
        """An older file of that name is replaced."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._file = path.open("wb")

    def write(self, data: bytes) -> None:
        """Append bytes."""
        self._file.write(data)

    def finish(self) -> None:
        """Close it."""
        self._file.close()

    def abort(self) -> None:
        """Remove it."""
        self._file.close()
        self._path.unlink(missing_ok=True)


def plan_of(source: Path, runs: int | None = None) -> Plan:
    """The engine's plan of a local file, in so many runs."""
    return make_plan(probe(FileSource(source)), source_id=source.name, encoder_build="benchmark", runs=runs)


def encode(
    plan: Plan, ffmpeg: str, source: Path, work: Path
) -> tuple[dict[str, list[EncodedRun]], EncodedAudio | None]:
    """All runs of all rungs, and the sound."""
    runs: dict[str, list[EncodedRun]] = {rung.name: [] for rung in plan.rungs}
    for run in plan.runs:
        paths = {rung.name: work / f"{rung.name}-{run.index}.m4s" for rung in plan.rungs}
        sinks = {name: FileSink(path) for name, path in paths.items()}
        for name, index in encode_run(plan, run, FileSource(source), sinks, ffmpeg).items():
            runs[name].append(EncodedRun(index, FileSource(paths[name])))
    if not plan.has_audio:
        return runs, None
    packets = work / "audio.aac"
    sound = encode_audio(plan, FileSource(source), FileSink(packets), ffmpeg)
    return runs, EncodedAudio(sound, FileSource(packets))


def encode_apart(
    plan: Plan, ffmpeg: str, source: Path, work: Path
) -> tuple[dict[str, list[EncodedRun]], EncodedAudio | None]:
    """The same, but every rung in a process of its own, which decodes anew."""
    encoded: dict[str, list[EncodedRun]] = {}
    audio = None
    for number, rung in enumerate(plan.rungs):
        alone = replace(plan, rungs=(rung,), has_audio=plan.has_audio and not number)
        runs, sound = encode(alone, ffmpeg, source, work)
        encoded, audio = {**encoded, **runs}, audio or sound
    return encoded, audio


def transcode(ffmpeg: str, source: Path, folder: Path, runs: int = 1, *, is_apart: bool = False) -> None:
    """Probe, plan, encode, package, and make the poster."""
    plan = plan_of(source, runs)
    encoded, audio = (encode_apart if is_apart else encode)(plan, ffmpeg, source, folder / "work")
    drawing = partial(Illustrations, ffmpeg)
    package(plan, encoded, audio, lambda name, _: FileSink(folder / name), illustrate=drawing)
    (folder / "poster.jpg").write_bytes(make_poster(plan.facts, FileSource(source), ffmpeg))


if __name__ == "__main__":
    command, film, target, *more = sys.argv[1:]
    is_apart = more == ["apart"]
    transcode(command, Path(film), Path(target), 1 if is_apart else int((more or ["1"])[0]), is_apart=is_apart)
