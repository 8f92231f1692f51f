"""Small sources and compositions, and what runs them: whole, in windows, or all the way to a published video."""

import json
import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from shared.media.command import Output
from shared.media.indexes import AudioIndex, RunIndex
from shared.media.package import EncodedAudio, EncodedRun, Manifest, package
from shared.media.runner import Limits
from shared.media.scene.composition import Composition
from shared.media.scene.config import parse
from shared.media.scene.model import Kind, Project
from shared.media.scene.picture import piece_graph
from shared.media.scene.planning import Probed, RenderPlan, plan_render
from shared.media.scene.probing import probe_source
from shared.media.scene.rendering import render_audio, render_unit
from shared.media.scene.running import run_graph, workshop
from tests.shared.media.engine import LocalSink, LocalSource
from tests.shared.media.making import AAC, FFMPEG, X264, counted, ffmpeg, tone

LIMITS = Limits(wall_seconds=60, cpu_seconds=60, stall_seconds=30)
MOVIE = ("-f", "lavfi", "-i", "testsrc2=s=320x180:r=24:d=4")


def make_sources(folder: Path) -> None:
    """Four seconds at most, and small."""
    ffmpeg(*MOVIE, *tone(440, 4), *X264, "-g", "48", "-bf", "2", *AAC, folder / "film.mp4")
    ffmpeg("-f", "lavfi", "-i", "mandelbrot=s=90x160:r=30", "-t", "2", *X264, "-g", "25", folder / "phone.mp4")
    ffmpeg(*counted("96x64", "30", 3), *X264, "-g", "60", folder / "counted.mp4")
    ffmpeg("-f", "lavfi", "-i", "gradients=s=200x150:n=3:seed=4,format=rgb24", "-frames:v", "1", folder / "wall.png")
    ffmpeg("-f", "lavfi", "-i", "gradients=s=333x222:n=3:seed=9,format=yuvj420p", "-frames:v", "1", folder / "hill.jpg")
    ffmpeg("-f", "lavfi", "-i", "color=red@0.5:s=40x20,format=rgba", "-frames:v", "1", folder / "logo.png")
    ffmpeg(*tone(300, 3, "mono"), "-c:a", "libmp3lame", folder / "voice.mp3")
    ffmpeg("-f", "lavfi", "-i", "sine=120:d=1.7:r=44100", folder / "music.wav")


RICH: dict[str, Any] = {
    "width": 160,
    "height": 90,
    "scenes": [
        {
            "id": "title",
            "background-color": "#204060",
            "elements": [
                {"type": "audio", "src": "voice.mp3", "transcript": "three words here", "duration": 2},
                {"type": "image", "src": "wall.png", "x": 10, "y": 5, "width": 60, "height": 40, "fade-in": 0.4},
                {"type": "text", "text": "Hi {you} \\N שלום", "position": "top", "fade-in": 0.5, "fade-out": 0.6},
            ],
        },
        {
            "id": "film",
            "duration": 2.5,
            "transition": {"type": "wipeleft", "duration": 0.5},
            "elements": [
                {"type": "video", "src": "film.mp4", "resize": "cover", "trim": 1.2, "speed": 1.5},
                {"type": "video", "src": "phone.mp4", "x": 110, "y": 20, "width": 40, "height": 60, "start": 0.5,
                 "loop": True, "opacity": 0.7, "trim": 1.5},
            ],
        },
        {
            "id": "hill",
            "duration": 1.5,
            "transition": {"type": "dissolve"},
            "elements": [
                {"type": "image", "src": "hill.jpg", "ken-burns": {"to": 1.5, "to-x": 1, "easing": "ease-out"}}],
        },
    ],
    "elements": [
        {"type": "image", "src": "logo.png", "x": 110, "y": 5, "z-index": 5},
        {"type": "audio", "src": "music.wav", "volume": 0.5},
        {"type": "text", "text": "late", "start": 2.2, "duration": 1.5, "fade-in": 1, "position": "left"},
        {"type": "subtitles", "settings": {"font-size": 30, "position": "center-bottom"}},
    ],
}  # fmt: skip
BEHIND: dict[str, Any] = {
    "width": 90,
    "height": 160,
    "fps": 25,
    "scenes": [
        {
            "id": "one",
            "duration": 1.6,
            "elements": [{"type": "image", "src": "wall.png", "resize": "fit", "start": 0.4, "duration": 0.8}],
        },
        {
            "id": "two",
            "duration": 2,
            "transition": {"type": "circleopen", "duration": 0.6},
            "elements": [
                {"type": "video", "src": "counted.mp4", "resize": "fit", "trim": 2.5, "fade-in": 0.5, "blur": 9},
                {"type": "subtitles", "text": "And this is shown in lines. With marks.", "settings": {
                    "style": "classic", "line-color": "#FFFFFF", "word-color": "#FFE000", "box-color": "#00000080"}},
            ],
        },
    ],
    "elements": [{"type": "video", "src": "phone.mp4", "resize": "cover", "z-index": -1}],
}  # fmt: skip
STILL: dict[str, Any] = {
    "width": 120,
    "height": 80,
    "fps": 60,
    "scenes": [
        {"id": "first", "duration": 0.5},
        {
            "id": "second",
            "duration": 1,
            "background-color": "#C02040",
            "elements": [
                {"type": "text", "text": "under", "x": -4, "y": 10},
                {"type": "image", "src": "wall.png", "x": 30, "y": 20, "width": 50, "height": 40},
                {"type": "image", "src": "logo.png", "start": 0.6, "duration": 0.3, "fade-out": 1, "y": -5},
            ],
        },
    ],
    "elements": [{"type": "image", "src": "logo.png", "x": 70, "y": 50, "fade-in": 0.9}],
}
"""Text under a picture, both at rest; a fade that began a scene before, and one that is longer than its element."""


def windows_and_whole(
    studio: "Studio", composition: Composition, chance: random.Random
) -> Iterator[tuple[list[str], list[str]]]:
    """Hashes of the frames of each transition and each body, from windows that are cut at random and in one piece."""
    for time in composition.times:
        transitions = [(0, time.transition)] if time.transition else []
        for first, last in [*transitions, (time.transition, time.frames)]:
            whole = studio.hashes(composition, time.number, first, last)
            cuts = sorted({first, last, *chance.sample(range(first + 1, last), 2)})
            windows = [one for a, b in pairwise(cuts) for one in studio.hashes(composition, time.number, a, b)]
            assert len(whole) == last - first
            yield windows, whole


def loudness(sound: list[float]) -> float:
    """Root mean square."""
    return math.sqrt(sum(value * value for value in sound) / len(sound))


@cache
def probed(path: Path, kind: Kind) -> Probed:
    """A source, probed once; its name is its identity."""
    return Probed(probe_source(LocalSource(path), kind), path.name)


@dataclass(frozen=True)
class Studio:
    """A folder of sources."""

    folder: Path

    def open_source(self, src: str) -> LocalSource:
        return LocalSource(self.folder / src)

    def media(self, project: Project) -> dict[str, Probed]:
        """All sources, probed."""
        found: dict[str, Probed] = {}
        for src, kind in sorted(project.sources(), key=lambda source: source.kind):
            found[src] = probed(self.folder / src, kind)
        return found

    def plan(self, value: object) -> RenderPlan:
        """The plan of a configuration, which survives a round trip."""
        parsed = parse(value)
        assert not parsed.problems, parsed.problems
        plan = plan_render(parsed.projects[0], self.media(parsed.projects[0]), encoder_build="test")
        assert RenderPlan.from_json(json.loads(json.dumps(plan.to_json()))) == plan
        return plan

    def picture(self, composition: Composition, number: int, first: int, last: int, muxer: str) -> bytes:
        """Frames of a scene before encoding: raw, or as a list of hashes."""
        graph = piece_graph(composition, number, first, last)
        output = Output(("-map", "[v]", "-frames:v", str(last - first)), muxer, 1000, 10**9)
        with workshop(graph, composition.media, self.open_source, 1) as shop:
            (told,) = run_graph(graph, shop, [output], [lambda pipe: pipe.read()], FFMPEG, LIMITS)
        assert isinstance(told, bytes)
        return told

    def hashes(self, composition: Composition, number: int, first: int, last: int) -> list[str]:
        """A hash per frame."""
        told = self.picture(composition, number, first, last, "framemd5").decode()
        return [line.rpartition(",")[2].strip() for line in told.splitlines() if not line.startswith("#")]

    def publish(self, plan: RenderPlan, target: Path) -> Manifest:
        """Render all units and the sound, and package them."""
        runs = []
        for unit in plan.units:
            path = target / "work" / f"{unit.index}.m4s"
            index = render_unit(plan, unit, self.open_source, LocalSink(path), FFMPEG)
            runs.append(EncodedRun(RunIndex.from_json(json.loads(json.dumps(index.to_json()))), LocalSource(path)))
        audio = None
        if plan.has_audio:
            path = target / "work" / "audio.aac"
            sound = render_audio(plan, self.open_source, LocalSink(path), FFMPEG)
            audio = EncodedAudio(AudioIndex.from_json(json.loads(json.dumps(sound.to_json()))), LocalSource(path))
        return package(plan, {plan.rungs[0].name: runs}, audio, lambda name, _: LocalSink(target / name))
