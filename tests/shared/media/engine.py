"""Runs the engine on local files, and reads back what it made with an independent FFmpeg."""

import json
import math
import struct
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import av

from shared.media.encode import encode_audio, encode_run
from shared.media.encoders import Codec
from shared.media.indexes import AudioIndex, RunIndex
from shared.media.package import EncodedAudio, EncodedRun, Illustrate, Manifest, OnLayout, package
from shared.media.plan import Plan, make_plan
from shared.media.probing import probe
from tests.shared.media.making import BITS, FFMPEG


class LocalSource:
    """A local file as a RangeSource."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.size = path.stat().st_size

    def read(self, start: int, end: int) -> bytes:
        with self.path.open("rb") as file:
            file.seek(start)
            return file.read(end - start)


class LocalSink:
    """A local file as a Sink: it appears when it is finished."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._hidden = path.with_name(path.name + ".part")
        self._file = self._hidden.open("wb")

    def write(self, data: bytes) -> None:
        self._file.write(data)

    def finish(self) -> None:
        self._file.close()
        self._hidden.rename(self.path)

    def abort(self) -> None:
        self._file.close()
        self._hidden.unlink(missing_ok=True)


@dataclass(frozen=True)
class Transcoded:
    """A source that went through the whole engine."""

    source: Path
    directory: Path
    plan: Plan
    manifest: Manifest

    def path(self, name: str) -> Path:
        return self.directory / name

    @property
    def lowest(self) -> str:
        """The name of the smallest rung."""
        return self.plan.rungs[-1].name


def plan_of(source: Path, runs: int | None = None, gpu: str = "", codecs: Sequence[Codec] = ()) -> Plan:
    facts = probe(LocalSource(source))
    lane: dict[str, Any] = {"lambda_cpu_seconds": 0.0, "gpu": gpu} if gpu else {}
    plan = make_plan(facts, source_id=source.name, encoder_build="test", runs=runs, extra_codecs=codecs, **lane)
    assert Plan.from_json(json.loads(json.dumps(plan.to_json()))) == plan
    return plan


def transcode(
    source: Path,
    directory: Path,
    runs: int | None = None,
    on_progress: Callable[[float], None] | None = None,
    on_layout: OnLayout | None = None,
    gpu: str = "",
    illustrate: Illustrate | None = None,
    codecs: Sequence[Codec] = (),
) -> Transcoded:
    """Probe, plan, encode every run, encode the sound, package. With `gpu` for one, with `codecs` in them too."""
    plan = plan_of(source, runs, gpu, codecs)
    encoded: dict[str, list[EncodedRun]] = {rung.name: [] for rung in plan.rungs}
    for run in plan.runs:
        paths = {rung.name: directory / "work" / f"{rung.name}-{run.index}.m4s" for rung in plan.rungs}
        sinks = {name: LocalSink(path) for name, path in paths.items()}
        for name, index in encode_run(plan, run, LocalSource(source), sinks, FFMPEG, on_progress).items():
            told = RunIndex.from_json(json.loads(json.dumps(index.to_json())))
            assert told.size == paths[name].stat().st_size
            encoded[name].append(EncodedRun(told, LocalSource(paths[name])))
    audio = None
    if plan.has_audio:
        packets = directory / "work" / "audio.aac"
        sound = encode_audio(plan, LocalSource(source), LocalSink(packets), FFMPEG)
        audio = EncodedAudio(AudioIndex.from_json(json.loads(json.dumps(sound.to_json()))), LocalSource(packets))
    manifest = package(plan, encoded, audio, lambda name, _: LocalSink(directory / name), on_layout, illustrate)
    assert Manifest.from_json(json.loads(json.dumps(manifest.to_json()))) == manifest
    return Transcoded(source, directory, plan, manifest)


def decode(*arguments: str | Path) -> bytes:
    """FFmpeg's standard output; it must not complain."""
    line = [FFMPEG, "-nostdin", "-v", "warning", *map(str, arguments), "-"]
    done = subprocess.run(line, capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def looped(path: Path, directory: Path) -> Path:
    """A source played several times over, longer than two segments."""
    out = directory / f"looped{path.suffix}"
    offset = ("-output_ts_offset", "95000", "-muxdelay", "0") if path.suffix == ".ts" else ()
    maps = ("-map", "0:v", "-map", "0:a:0?")
    decode("-y", "-stream_loop", "7", "-i", path, *maps, "-c", "copy", "-t", "8.6", *offset, out, "-f", "null")
    return out


def counters(path: Path | str, turn: str = "null") -> list[int]:
    """The number that each decoded frame carries, after a filter that turns it upright."""
    picture = f"{turn},scale={BITS}:1:flags=area,format=gray"
    raw = decode("-i", path, "-map", "0:v", "-vf", picture, "-fps_mode", "passthrough", "-f", "rawvideo")
    rows = [raw[at : at + BITS] for at in range(0, len(raw), BITS)]
    return [sum(1 << bit for bit, level in enumerate(row) if level > 128) for row in rows]


def frame_times(path: Path) -> list[int]:
    """Presentation times of the decoded pictures, in frames of the stream's rate."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        rate = stream.average_rate or 0
        return [round(float((frame.pts or 0) * (stream.time_base or 0) * rate)) for frame in container.decode(stream)]


def samples(path: Path, channels: int = 1, rate: int = 48_000) -> list[float]:
    """Decoded sound at 48 kHz and mixed to one channel, unless told."""
    raw = decode("-i", path, "-map", "0:a", "-ac", str(channels), "-ar", str(rate), "-f", "f32le")
    return list(struct.unpack(f"<{len(raw) // 4}f", raw))


def onsets(sound: list[float], rate: int = 48_000) -> list[float]:
    """Seconds at which beeps begin after silence."""
    found: list[float] = []
    last = -rate
    for place, value in enumerate(sound):
        if abs(value) > 0.05:
            if place - last > rate // 10:
                found.append(place / rate)
            last = place
    return found


def pitch(sound: list[float]) -> float:
    """Hertz, from the first to the last zero crossing of the middle half: whole turns, whatever the length."""
    middle = sound[len(sound) // 4 : -len(sound) // 4]
    crossings = [
        place - after / (after - now)  # where the line between the two is zero
        for place, (now, after) in enumerate(pairwise(middle), 1)
        if now < 0 <= after
    ]
    return (len(crossings) - 1) * 48000 / (crossings[-1] - crossings[0]) if len(crossings) > 1 else 0.0


def loudness(sound: list[float]) -> float:
    """Root mean square."""
    return math.sqrt(sum(value * value for value in sound) / len(sound))
