"""What a video of two hours would leave behind: planned as any other, packaged from indexes without pictures."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from hashlib import sha256

from shared.media.facts import SourceFacts
from shared.media.grid import Grid
from shared.media.illustrating import ILLUSTRATIONS, Illustrations
from shared.media.indexes import AudioIndex, FragmentIndex, RunIndex
from shared.media.ladder import Rung
from shared.media.layout import AAC_RATE, AAC_SAMPLES, Layout
from shared.media.package import EncodedAudio, EncodedRun, Illustration, package
from shared.media.plan import Plan, make_plan
from shared.media.workers import Run

SECONDS = 7200
MOOF, SAMPLE = 200, 1
"""Bytes: packaging copies as many as it is told, and these are enough to be copied."""


class Nothing:
    """Zeros, as the engine's RangeSource."""

    def __init__(self, size: int) -> None:
        """So many of them."""
        self.size = size

    def read(self, start: int, end: int) -> bytes:
        """Bytes start..end."""
        return bytes(max(0, min(end, self.size) - start))


class Gone:
    """A Sink that keeps only a hash, which shows that bytes came."""

    def __init__(self) -> None:
        """Nothing has come yet."""
        self._digest = sha256()

    def write(self, data: bytes) -> None:
        """Take bytes."""
        self._digest.update(data)

    def finish(self) -> None:
        """Nothing is to be done."""

    def abort(self) -> None:
        """Nothing is to be done."""


class Drawing:
    """Takes what illustrations are made of, and gives as many objects without any picture in them."""

    def __init__(self, grid: Grid, rung: Rung, runs: Sequence[RunIndex], layout: Layout) -> None:
        """See package.Illustrate."""
        self._real = Illustrations("", grid, rung, runs, layout)

    def take(self, data: bytes) -> None:
        """The next bytes of the file."""
        self._real.take(data)

    def draw(self) -> list[Illustration]:
        """One object of each kind."""
        return [Illustration(name, "", b"") for name in ILLUSTRATIONS]


def plan_of(facts: SourceFacts, runs: int | None = None) -> Plan:
    """The plan of a source like another one, but so long; `runs` as in make_plan."""
    long = replace(facts, video=replace(facts.video, duration=Fraction(SECONDS)))
    return make_plan(long, source_id="two hours", encoder_build="benchmark", runs=runs)


def published(plan: Plan, stsd: bytes, audio_stsd: bytes) -> int:
    """How many objects packaging writes; `stsd` and `audio_stsd` are codec parameters of real encodes."""
    runs = {rung.name: [_run(plan, rung.name, run, stsd) for run in plan.runs] for rung in plan.rungs}
    audio = None
    if plan.has_audio:
        packets = AudioIndex(audio_stsd, (SAMPLE,) * (SECONDS * AAC_RATE // AAC_SAMPLES + 2))
        audio = EncodedAudio(packets, Nothing(sum(packets.sizes)))
    manifest = package(plan, runs, audio, lambda _name, _type: Gone(), illustrate=Drawing)
    if manifest.frames != plan.frames:
        raise ValueError(f"{manifest.frames} frames were packaged instead of {plan.frames}")
    return len(manifest.objects)


def _run(plan: Plan, rung: str, run: Run, stsd: bytes) -> EncodedRun:
    gops = [min(plan.gop, run.span.frames - first) for first in range(0, run.span.frames, plan.gop)]
    pieces = tuple(FragmentIndex(MOOF, (SAMPLE,) * frames, (2,) * frames) for frames in gops)
    index = RunIndex(rung, run.span.start, run.span.frames, stsd, pieces)
    return EncodedRun(index, Nothing(index.size))
