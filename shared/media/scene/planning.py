"""The plan of a render: units that workers make apart, fixed once and addressed by hashes."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import Any

from shared.media import timeline
from shared.media.encoders import ENCODERS
from shared.media.ladder import BUFFER, FAST_MOTION, Rung, peak_kbits
from shared.media.scene.capacity import cpu_seconds, pieces
from shared.media.scene.composition import Composition
from shared.media.scene.graph import Graph
from shared.media.scene.model import Project, Source, Word
from shared.media.scene.picture import piece_graph
from shared.media.scene.problems import SceneError, under
from shared.media.scene.sound import programme_key
from shared.media.scene.sources import Probed
from shared.media.scene.speech import Transcripts
from shared.media.scene.units import ENGINE_VERSION, RenderUnit, graph_key
from shared.media.timeline import Span
from shared.media.workers import Run

__all__ = ["Probed", "RenderPlan", "RenderUnit", "SceneError", "plan_render"]

QUALITIES = {"low": ("28", Fraction(1)), "medium": ("23", Fraction(1)), "high": ("18", Fraction(3, 2))}
"""Constant rate factor, and how much of the table's peak rate."""
ENCODER_THREADS = 1
"""With several, x264 under a peak rate makes other bytes each time. Units are what makes a render parallel."""


@dataclass(frozen=True)
class RenderPlan:
    """One project, one rendition of its size. It is a Grid, so packaging joins its units."""

    project: Project
    media: Mapping[str, Probed]
    transcripts: Transcripts
    encoder: str
    encoder_arguments: tuple[str, ...]
    encoder_build: str
    frame_rate: Fraction
    timescale: int
    frame_duration: int
    gop: int
    frames: int
    units: tuple[RenderUnit, ...]
    rungs: tuple[Rung, ...]
    has_audio: bool
    cpu_seconds: float
    audio_key: str
    """Of the sound, as `RenderUnit.key` of a unit; empty when there is none."""
    hash: str = ""

    @cached_property
    def composition(self) -> Composition:
        """The project in time."""
        return Composition.of(self.project, self.media, self.transcripts)

    @property
    def runs(self) -> tuple[Run, ...]:
        """One run per unit."""
        return tuple(Run(unit.index, unit.span, unit.is_last) for unit in self.units)

    @property
    def sources(self) -> tuple[Source, ...]:
        """What is read."""
        return self.project.sources()

    def rung(self, name: str) -> Rung:
        """The rung of that name; KeyError when the plan has none."""
        return {rung.name: rung for rung in self.rungs}[name]

    def seconds(self, frames: int) -> Fraction:
        """How long so many frames last."""
        return frames / self.frame_rate

    def graph(self, unit: RenderUnit) -> Graph:
        """The filter graph of a unit, the same wherever it is made from this plan."""
        return piece_graph(self.composition, unit.scene, unit.first, unit.last)

    def to_json(self) -> dict[str, Any]:
        """Plain values only."""
        return {
            "project": _dump(self.project),
            "media": {src: probed.to_json() for src, probed in self.media.items()},
            "transcripts": {src: [_dump(word) for word in words] for src, words in self.transcripts.items()},
            "encoder": self.encoder,
            "encoder_arguments": list(self.encoder_arguments),
            "encoder_build": self.encoder_build,
            "frame_rate": f"{self.frame_rate.numerator}/{self.frame_rate.denominator}",
            "timescale": self.timescale,
            "frame_duration": self.frame_duration,
            "gop": self.gop,
            "frames": self.frames,
            "units": [unit.to_json() for unit in self.units],
            "rungs": [vars(rung) for rung in self.rungs],
            "has_audio": self.has_audio,
            "cpu_seconds": self.cpu_seconds,
            "audio_key": self.audio_key,
            "hash": self.hash,
        }

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "RenderPlan":
        """The inverse of `to_json`."""
        members: dict[str, Any] = {
            **value,
            "project": Project.model_validate(value["project"]),
            "media": {src: Probed.from_json(probed) for src, probed in value["media"].items()},
            "transcripts": {
                src: tuple(Word.model_validate(word) for word in words) for src, words in value["transcripts"].items()
            },
            "encoder_arguments": tuple(value["encoder_arguments"]),
            "frame_rate": Fraction(value["frame_rate"]),
            "units": tuple(RenderUnit.from_json(unit) for unit in value["units"]),
            "rungs": tuple(Rung(**rung) for rung in value["rungs"]),
        }
        return cls(**members)


def plan_render(
    project: Project,
    media: Mapping[str, Probed],
    *,
    encoder_build: str,
    transcripts: Transcripts | None = None,
    root: str = "",
) -> RenderPlan:
    """The plan of a project; SceneError with all problems when it cannot be rendered.

    `encoder_build` is runner.encoder_build's; `transcripts` has the words of sources, by `src`, for subtitles. `root`
    is the project's place in the document, for the problems' pointers.
    """
    try:
        return _plan(project, media, encoder_build, transcripts)
    except SceneError as error:
        raise SceneError(under(root, error.problems)) from None


def _plan(
    project: Project, media: Mapping[str, Probed], encoder_build: str, transcripts: Transcripts | None
) -> RenderPlan:
    composition = Composition.of(project, media, transcripts)
    used = {source.src: media[source.src] for source in project.sources()}
    rung, arguments = _rendition(project)
    timescale, frame_duration = timeline.clock(project.frame_rate)
    gop = timeline.gop_frames(project.frame_rate)
    audio_key = programme_key(composition, encoder_build)
    plan = RenderPlan(
        project=project,
        media=used,
        transcripts={src: words for src, words in composition.transcripts.items() if src in used},
        encoder=ENCODERS["h264", "cpu"].name,
        encoder_arguments=arguments,
        encoder_build=encoder_build,
        frame_rate=project.frame_rate,
        timescale=timescale,
        frame_duration=frame_duration,
        gop=gop,
        frames=composition.frames,
        units=(),
        rungs=(rung,),
        has_audio=bool(audio_key),
        cpu_seconds=0,
        audio_key=audio_key,
    )
    units = _units(plan, composition)
    plan = replace(plan, units=units, cpu_seconds=cpu_seconds(composition, units))
    return replace(plan, hash=_hash(plan))


def unit_key(plan: RenderPlan, graph: Graph, frames: int) -> str:
    """The key of a unit with that graph: equal keys, equal bytes, wherever in a video it stands."""
    encoder = [plan.encoder, *plan.encoder_arguments, plan.encoder_build]
    grid = [frames, plan.gop, plan.timescale, plan.frame_duration, vars(plan.rungs[0])]
    return graph_key(graph, plan.media, [encoder, grid])


def _units(plan: RenderPlan, composition: Composition) -> tuple[RenderUnit, ...]:
    units: list[RenderUnit] = []
    for number, first, last in pieces(composition, plan.gop):
        graph = piece_graph(composition, number, first, last)
        start = composition.times[number].start + first
        is_last = start + last - first == plan.frames
        key = unit_key(plan, graph, last - first)
        units.append(RenderUnit(len(units), number, first, last, Span(start, last - first), is_last, key))
    return tuple(units)


def _rendition(project: Project) -> tuple[Rung, tuple[str, ...]]:
    """The one rung, and the encoder's arguments."""
    (width, height), (factor, share) = project.size, QUALITIES[project.quality]
    short = min(width, height)
    peak = peak_kbits(short, "h264") * share * (FAST_MOTION if project.frame_rate > 30 else 1)
    encoder = ENCODERS["h264", "cpu"]
    arguments = (*encoder.arguments_of(quality=factor), *encoder.threads_of(ENCODER_THREADS))
    return Rung(f"{short}p", width, height, round(peak), round(peak * BUFFER)), arguments


def _dump(value: Project | Word) -> dict[str, Any]:
    return value.model_dump(mode="json", by_alias=True, exclude_defaults=True)


def _hash(plan: RenderPlan) -> str:
    """A hash of the inputs, the settings and the encoder's build; estimates do not count."""
    keys = [plan.frames, *(unit.key for unit in plan.units), plan.audio_key, ENGINE_VERSION]
    return hashlib.sha256(json.dumps(keys).encode()).hexdigest()[:32]
