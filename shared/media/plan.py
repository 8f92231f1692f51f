"""The plan of a transcode: everything that workers and packaging need, fixed once and addressed by its hash."""

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from fractions import Fraction
from typing import Any

from shared.media import timeline
from shared.media.cost import estimate_cpu_seconds
from shared.media.facts import SourceFacts
from shared.media.ladder import ENCODERS, Rung, rungs
from shared.media.timeline import Span
from shared.media.workers import JOB_CPU_SECONDS, LAMBDA_CPU_SECONDS, Lane, Run, choose_lane, share_out, workers

ENGINE_VERSION = 2
"""Raise it when the same plan would be encoded or packaged differently."""


@dataclass(frozen=True)
class Plan:
    """One source, one set of renditions. `frames` is the probe's expectation; the last run finds the truth."""

    source_id: str
    facts: SourceFacts
    codec: str
    encoder: str
    encoder_arguments: tuple[str, ...]
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
    lane: Lane
    hash: str = ""

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
) -> Plan:
    """The plan of a source.

    `source_id` names the exact bytes (a key and its version), `encoder_build` the encoder, see runner.encoder_build.
    Sources that cost more than `lambda_cpu_seconds` are for Batch, where a worker gets about `job_cpu_seconds`. The
    lane decides how many runs there are, unless `runs` says it.
    """
    rate = facts.video.frame_rate
    gop = timeline.gop_frames(rate)
    frames = max(1, round(facts.duration * rate))
    segments = timeline.segments(frames, gop)
    encoder = ENCODERS["h264", "cpu"]
    timescale, frame_duration = timeline.clock(rate)
    ladder = rungs(facts.video.display_width, facts.video.display_height, rate)
    cpu_seconds = round(estimate_cpu_seconds(facts, ladder), 1)
    lane = choose_lane(len(segments), cpu_seconds, lambda_cpu_seconds)
    plan = Plan(
        source_id=source_id,
        facts=facts,
        codec="h264",
        encoder=encoder.name,
        encoder_arguments=encoder.arguments,
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
    )
    return replace(plan, hash=_hash(plan))


def _hash(plan: Plan) -> str:
    """A hash of the inputs, the settings and the encoder's build; estimates do not count."""
    value = {**plan.to_json(), "cpu_seconds": None, "lane": None, "hash": None, "engine": ENGINE_VERSION}
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:32]
