"""The plan of a transcode: everything that workers and packaging need, fixed once and addressed by its hash."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from fractions import Fraction
from typing import Any

from shared.media import timeline
from shared.media.cost import estimate_cpu_seconds, estimate_gpu_machine_seconds
from shared.media.encoders import ENCODERS, Codec, Encoder, EncoderLane
from shared.media.facts import BT2020, SourceFacts
from shared.media.ladder import Rung, extra_rungs, rungs
from shared.media.timeline import Span
from shared.media.workers import (
    JOB_CPU_SECONDS,
    JOB_VCPUS,
    LAMBDA_CPU_SECONDS,
    Lane,
    Run,
    choose_lane,
    share_out,
    workers,
)

ENGINE_VERSION = 2
"""Raise it when the same plan would be encoded or packaged differently."""

VMAF_GROUPS = 6
"""How many groups of pictures are measured, about two seconds each, however long the film is."""


@dataclass(frozen=True)
class Plan:
    """One source, one set of renditions. `frames` is the probe's expectation; the last run finds the truth."""

    source_id: str
    facts: SourceFacts
    codec: Codec
    encoder: str
    encoder_arguments: tuple[str, ...]
    """Of every rung that `rung_arguments` does not name."""
    encoder_build: str
    frame_rate: Fraction
    timescale: int
    frame_duration: int
    gop: int
    frames: int
    segments: tuple[Span, ...]
    runs: tuple[Run, ...]
    rungs: tuple[Rung, ...]
    has_audio: bool
    cpu_seconds: float
    """Of all workers together; on the lane `gpu`, how long their machines are busy, times their vCPUs."""
    lane: Lane
    hash: str = ""
    rung_arguments: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """What the encoder is told for single rungs, by their names."""
    rung_codecs: dict[str, Codec] = field(default_factory=dict)
    """Codecs of rungs that are not in `codec`, by their names. They come before the others."""
    vmaf_groups: tuple[int, ...] = ()
    """Numbers of the groups of pictures whose VMAF is measured."""

    @property
    def encoder_lane(self) -> EncoderLane:
        """Whose encoder it is: a rendition is made by one, and so is a plan."""
        return "gpu" if self.lane == "gpu" else "cpu"

    def settings_of(self, rung: Rung) -> Encoder:
        """The row of the table that a rung's encoder has."""
        return ENCODERS[self.rung_codecs.get(rung.name, self.codec), self.encoder_lane]

    @property
    def common_rungs(self) -> tuple[Rung, ...]:
        """Those in `codec`, which every player takes."""
        return tuple(rung for rung in self.rungs if rung.name not in self.rung_codecs)

    def arguments_of(self, rung: Rung) -> tuple[str, ...]:
        """What the encoder is told for a rung besides rate and groups."""
        return self.rung_arguments.get(rung.name, self.encoder_arguments)

    def rung(self, name: str) -> Rung:
        """The rung of that name; KeyError when the plan has none."""
        return next((rung for rung in self.rungs if rung.name == name), None) or _missing(name)

    @property
    def workers(self) -> int:
        """How many workers encode it, each alone: one for the sound if there is any, then one for each run."""
        return len(self.runs) + self.has_audio

    def run_of(self, worker: int) -> Run | None:
        """The run of a worker, counted from 0; None for the one that encodes the sound."""
        number = worker - self.has_audio
        return None if number < 0 else self.runs[number]

    def seconds(self, frames: int) -> Fraction:
        """How long so many frames last."""
        return frames / self.frame_rate

    def to_json(self) -> dict[str, Any]:
        """Plain values only."""
        value = {**asdict(self), "facts": self.facts.to_json()}
        value["frame_rate"] = f"{self.frame_rate.numerator}/{self.frame_rate.denominator}"
        return value

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "Plan":
        """The inverse of `to_json`."""
        members: dict[str, Any] = {
            **value,
            "facts": SourceFacts.from_json(value["facts"]),
            "frame_rate": Fraction(value["frame_rate"]),
            "encoder_arguments": tuple(value["encoder_arguments"]),
            "rung_arguments": {name: tuple(told) for name, told in value.get("rung_arguments", {}).items()},
            "vmaf_groups": tuple(value.get("vmaf_groups", ())),
            "segments": tuple(Span(**span) for span in value["segments"]),
            "runs": tuple(Run(run["index"], Span(**run["span"]), run["is_last"]) for run in value["runs"]),
            "rungs": tuple(Rung(**rung) for rung in value["rungs"]),
        }
        return cls(**members)


def _missing(name: str) -> Rung:
    raise KeyError(f"the plan has no rung {name}")


def make_plan(
    facts: SourceFacts,
    *,
    source_id: str,
    encoder_build: str,
    lambda_cpu_seconds: float = LAMBDA_CPU_SECONDS,
    job_cpu_seconds: float = JOB_CPU_SECONDS,
    runs: int | None = None,
    gpu: str = "",
    extra_codecs: Sequence[Codec] = (),
    vmaf: bool = False,
) -> Plan:
    """The plan of a source.

    `source_id` names the exact bytes (a key and its version), `encoder_build` the encoder, see runner.encoder_build.
    Sources that cost more than `lambda_cpu_seconds` are for Batch, where a worker gets about `job_cpu_seconds`. The
    lane decides how many runs there are, unless `runs` says it. `gpu` is the kind of machine with a GPU that Batch has
    for this source, empty when it has none: what it can encode faster goes there, unless there are `extra_codecs`, in
    which rungs are made beside those in H.264. With `vmaf` that of some groups of pictures is measured.
    """
    rate = facts.video.frame_rate
    gop = timeline.gop_frames(rate)
    frames = max(1, round(facts.duration * rate))
    segments = timeline.segments(frames, gop)
    timescale, frame_duration = timeline.clock(rate)
    shape = (facts.video.display_width, facts.video.display_height, rate)
    extra = {rung: codec for codec in extra_codecs for rung in extra_rungs(*shape, codec)}
    ladder = [*extra, *rungs(*shape)]
    codecs = {rung.name: codec for rung, codec in extra.items()}
    cpu_seconds = round(estimate_cpu_seconds(facts, ladder, codecs), 1)
    lane = choose_lane(len(segments), cpu_seconds, lambda_cpu_seconds)
    if gpu and not extra and lane == "batch" and is_for_gpu(facts, ladder):
        lane, encoder_build = "gpu", f"{encoder_build} on {gpu}"
        cpu_seconds = round(JOB_VCPUS * estimate_gpu_machine_seconds(facts, ladder, JOB_VCPUS), 1)
    encoder = ENCODERS["h264", "gpu" if lane == "gpu" else "cpu"]
    plan = Plan(
        source_id=source_id,
        facts=facts,
        codec="h264",
        encoder=encoder.name,
        encoder_arguments=encoder.arguments_of(),
        encoder_build=encoder_build,
        frame_rate=rate,
        timescale=timescale,
        frame_duration=frame_duration,
        gop=gop,
        frames=frames,
        segments=tuple(segments),
        runs=tuple(share_out(segments, runs or workers(lane, len(segments), cpu_seconds, job_cpu_seconds))),
        rungs=tuple(ladder),
        has_audio=facts.audio is not None,
        cpu_seconds=cpu_seconds,
        lane=lane,
        rung_arguments=_rung_arguments(encoder, ladder) | _extra_arguments(extra),
        rung_codecs=codecs,
        vmaf_groups=timeline.spread(-(-frames // gop), VMAF_GROUPS) if vmaf else (),
    )
    return replace(plan, hash=_hash(plan))


def on_cpu(plan: Plan) -> Plan:
    """The same plan for the CPU's encoder, for the part of it that Lambda makes whoever makes the rest."""
    if plan.encoder_lane == "cpu":
        return plan
    encoder = ENCODERS[plan.codec, "cpu"]
    return replace(
        plan,
        lane="batch",
        encoder=encoder.name,
        encoder_arguments=encoder.arguments_of(),
        rung_arguments=_rung_arguments(encoder, plan.rungs),
    )


def is_for_gpu(facts: SourceFacts, ladder: Sequence[Rung]) -> bool:
    """Whether the GPU's encoder takes all rungs, and the CPU beside it has little to do but to decode and to scale."""
    video, encoder = facts.video, ENCODERS["h264", "gpu"]
    heavy = video.interlaced or video.hdr != "none" or video.colour_primaries == BT2020
    return not heavy and all(encoder.takes(rung.width, rung.height) for rung in ladder)


def _rung_arguments(encoder: Encoder, ladder: Sequence[Rung]) -> dict[str, tuple[str, ...]]:
    told = {rung.name: encoder.arguments_of(min(rung.width, rung.height)) for rung in ladder}
    return {name: arguments for name, arguments in told.items() if arguments != encoder.arguments_of()}


def _extra_arguments(extra: Mapping[Rung, Codec]) -> dict[str, tuple[str, ...]]:
    return {rung.name: ENCODERS[codec, "cpu"].arguments_of() for rung, codec in extra.items()}


def _hash(plan: Plan) -> str:
    """A hash of the inputs, the settings and the encoder's build; estimates do not count."""
    value = {**plan.to_json(), "cpu_seconds": None, "lane": None, "hash": None, "engine": ENGINE_VERSION}
    if not plan.rung_arguments:  # plans without them are older than they are, and the same as ever
        del value["rung_arguments"]
    if not plan.rung_codecs:
        del value["rung_codecs"]
    if not plan.vmaf_groups:
        del value["vmaf_groups"]
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:32]
