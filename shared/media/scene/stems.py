"""The buses of all scenes, mixed group by group into one file each: no process opens more than a handful of sounds."""

import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import BinaryIO

from shared.media.command import Output
from shared.media.encode import BARE
from shared.media.facts import AudioFacts
from shared.media.fragmenting import mismatch
from shared.media.runner import MEGABYTE, Limits, Progress
from shared.media.scene import sound
from shared.media.scene.composition import Composition
from shared.media.scene.graph import Feed
from shared.media.scene.running import OpenSource, run_graph, workshop
from shared.media.scene.sources import Probed
from shared.media.scene_facts import SoundFacts
from shared.media.storage import RangeSource

PCM = ("-vn", *BARE, "-c:a", "pcm_f32le")
SAMPLE_BYTES = 8
"""Two channels of 32-bit floats."""
FLOAT = 3
"""The format's number in a WAVE header."""


@dataclass(frozen=True)
class Stems:
    """The mixed buses as inputs, beside the sources that are heard over all scenes."""

    feeds: dict[str, Feed]
    laps: dict[sound.Sound, Feed]
    """Long loops, as if they were files that are as long as they are heard."""
    media: Mapping[str, Probed]
    open_source: OpenSource


class _File:
    """A file of our own as a RangeSource."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.size = path.stat().st_size

    def read(self, start: int, end: int) -> bytes:
        """Bytes start..end."""
        with self._path.open("rb") as file:
            file.seek(start)
            return file.read(end - start)


class _Turning:
    """A WAVE file of so many samples, of which only one turn is stored."""

    def __init__(self, path: Path, samples: int) -> None:
        self._path = path
        self._head = _header(samples)
        self._lap = path.stat().st_size
        self.size = len(self._head) + samples * SAMPLE_BYTES

    def read(self, start: int, end: int) -> bytes:
        """Bytes start..end."""
        parts = [self._head[start:end]]
        place, end = max(0, start - len(self._head)), min(end, self.size) - len(self._head)
        with self._path.open("rb") as file:
            while place < end:
                file.seek(place % self._lap)
                parts.append(file.read(min(end - place, self._lap - place % self._lap)))
                place += len(parts[-1])
        return b"".join(parts)


def size(composition: Composition) -> int:
    """Bytes on the disk that `render` will need."""
    groups = sound.groups(composition)
    turns = sum(one.lap for one in _long(composition)) * SAMPLE_BYTES
    if not any(group.sounds for group in groups):
        return turns
    return turns + len(sound.STEMS) * (len(_header(0)) + SAMPLE_BYTES * sum(group.length for group in groups))


def render(
    composition: Composition,
    open_source: OpenSource,
    folder: Path,
    ffmpeg_path: str,
    limits: Limits,
    on_progress: Callable[[Progress], None] | None = None,
) -> Stems:
    """Mix the sounds of all scenes into files in `folder`, one per bus that is heard."""
    made = _long_loops(composition, open_source, folder, ffmpeg_path, limits)
    groups = sound.groups(composition)
    heard = {one.bus for group in groups for one in group.sounds}
    if not heard:
        return made
    total = sum(group.length for group in groups)
    paths = {f" {bus}": folder / f"{bus}.wav" for bus in sound.STEMS}
    for path in paths.values():
        path.write_bytes(_header(total))
    for group in groups:
        _render_group(group, made, list(paths.values()), ffmpeg_path, limits, on_progress)
    seconds = Fraction(total, sound.RATE)
    # no source of a project has a space in its name
    names = {f" {bus}": bus for bus in sound.STEMS if bus in heard}
    facts = {name: _facts(paths[name].stat().st_size, seconds) for name in names}

    def open_any(src: str) -> RangeSource:
        return _File(paths[src]) if src in names else made.open_source(src)

    feeds: dict[str, Feed] = {
        bus: Feed(name, "audio", float(seconds) + 1, is_exact=False) for name, bus in names.items()
    }
    return Stems(feeds, made.laps, {**made.media, **facts}, open_any)


def _long(composition: Composition) -> list[sound.Sound]:
    """Each loop that is too long for memory, once."""
    processes = [sound.shared_sounds(composition), *(group.sounds for group in sound.groups(composition))]
    return list(dict.fromkeys(one for sounds in processes for one in sound.long_laps(sounds)))


def _long_loops(
    composition: Composition, open_source: OpenSource, folder: Path, ffmpeg_path: str, limits: Limits
) -> Stems:
    """One turn of each loop that is too long for memory, in a file that is read over and over."""
    long = _long(composition)
    opened: dict[str, _Turning] = {}
    for number, one in enumerate(long):
        path = folder / f"lap{number}.pcm"
        output = Output(("-map", "[lap]", *PCM), "f32le", one.lap / sound.RATE + 1, one.lap * SAMPLE_BYTES + MEGABYTE)
        graph = sound.lap_graph(one, composition.media)
        with workshop(graph, composition.media, open_source, 1) as shop:
            written = run_graph(graph, shop, [output], [_appender(path)], ffmpeg_path, limits, label="")
        if written != [one.lap * SAMPLE_BYTES]:
            raise mismatch(f"a loop has {written} bytes instead of {one.lap * SAMPLE_BYTES}")
        opened[f" lap{number}"] = _Turning(path, one.length)

    def open_any(src: str) -> RangeSource:
        return opened[src] if src in opened else open_source(src)

    pairs = list(zip(opened, long, strict=True))
    facts = {name: _facts(opened[name].size, Fraction(one.length, sound.RATE)) for name, one in pairs}
    laps = {one: Feed(name, "audio", one.length / sound.RATE + 1, is_exact=False) for name, one in pairs}
    return Stems({}, laps, {**composition.media, **facts}, open_any)


def _render_group(
    group: sound.Group,
    made: Stems,
    paths: list[Path],
    ffmpeg_path: str,
    limits: Limits,
    on_progress: Callable[[Progress], None] | None,
) -> None:
    graph = sound.group_graph(group, made.media, made.laps)
    wanted = group.length * SAMPLE_BYTES
    seconds = group.length / sound.RATE + 1
    outputs = [Output(("-map", f"[{bus}]", *PCM), "f32le", seconds, wanted + MEGABYTE) for bus in sound.STEMS]
    consumers = [_appender(path) for path in paths]
    with workshop(graph, made.media, made.open_source, 1) as shop:
        written = run_graph(graph, shop, outputs, consumers, ffmpeg_path, limits, label="", on_progress=on_progress)
    if any(size != wanted for size in written):
        raise mismatch(f"the sound of some scenes has {written} bytes instead of {wanted}")


def _appender(path: Path) -> Callable[[BinaryIO], int]:
    """Append a pipe to a file; the bytes that came."""

    def consume(pipe: BinaryIO) -> int:
        size = 0
        with path.open("ab") as file:
            while piece := pipe.read(MEGABYTE):
                size += file.write(piece)
        return size

    return consume


def _header(samples: int) -> bytes:
    data = samples * SAMPLE_BYTES
    form = struct.pack("<HHIIHH", FLOAT, 2, sound.RATE, sound.RATE * SAMPLE_BYTES, SAMPLE_BYTES, 32)
    return (
        b"RIFF"
        + struct.pack("<I", 36 + data)
        + b"WAVEfmt "
        + struct.pack("<I", 16)
        + form
        + b"data"
        + struct.pack("<I", data)
    )


def _facts(size: int, seconds: Fraction) -> Probed:
    audio = AudioFacts(0, "pcm_f32le", 2, sound.RATE)
    return Probed(SoundFacts(size, "wav", audio, Fraction(0), Fraction(0), seconds).to_json(), "")
