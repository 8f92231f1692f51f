"""What it costs to share a source among workers, and how much sooner it is ready.

The film is real footage of 24 seconds at 1080p, which is four segments; a run of two is what a worker gets on Lambda.
"""

import math
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import accumulate
from pathlib import Path

from bench.cpu import Command, cpu_of_children, cpu_seconds, in_turns, ratio
from bench.encode import FFMPEG, FOOTAGE, cut
from bench.figures import Figure
from bench.our_transcode import FileSink, FileSource, encode, plan_of
from infra.parts.discovery import ROOT
from shared.media import vmaf
from shared.media.illustrating import Illustrations
from shared.media.package import EncodedRun, package
from shared.media.plan import VMAF_GROUPS, Plan
from shared.media.timeline import segments, spread
from shared.media.workers import share_out

SECONDS, RUNS, ROUNDS = 24, 2, 2
SHARED_LIMIT, LADDER_LIMIT, PACKAGING_LIMIT, READY_LIMIT = 1.05, 0.85, 0.005, 1.15
DRAWING_LIMIT = 0.02
FILM_SECONDS = 7200
WORKERS = tuple(2**power for power in range(1, 9))
ALONE, SHARED = "one run", "two runs"


def measure() -> list[Figure]:
    """Ratios within rounds, and a simulation from segments that were measured."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = folder / "source.mp4"
        cut(FOOTAGE, source, SECONDS)
        line = (sys.executable, "-m", "bench.our_transcode", FFMPEG, str(source))
        seconds = in_turns(
            {
                ALONE: Command((*line, str(folder / "alone"), "1"), str(ROOT)),
                SHARED: Command((*line, str(folder / "shared"), str(RUNS)), str(ROOT)),
            },
            ROUNDS,
        )
        apart = cpu_seconds(Command((*line, str(folder / "apart"), "apart"), str(ROOT)))
        plan = plan_of(source, SECONDS)
        each, packaging, drawing, measuring = _of_segments(plan, source, folder)
    film = f"{SECONDS} s of film, " + ", ".join(rung.name for rung in plan.rungs)
    shared, at_once = ratio(seconds[SHARED], seconds[ALONE]), statistics.median(seconds[ALONE]) / apart
    return [
        Figure(f"CPU of {RUNS} runs over one ({film})", round(shared, 3), "x", SHARED_LIMIT),
        Figure("CPU of all rungs at once over one after another", round(at_once, 3), "x", LADDER_LIMIT),
        Figure("CPU of packaging over that of encoding", round(packaging / sum(each), 5), "x", PACKAGING_LIMIT),
        Figure("CPU of storyboard and preview over encoding", round(drawing / sum(each), 4), "x", DRAWING_LIMIT),
        Figure("CPU of VMAF of any film over encoding a minute", round(measuring / sum(each) * SECONDS / 60, 3), "x"),
        Figure(
            f"time to ready over the ideal, simulated, {WORKERS[0]} to {WORKERS[-1]} workers, worst",
            round(max(ready_over_ideal(each, workers) for workers in WORKERS), 3),
            "x",
            READY_LIMIT,
        ),
    ]


def _of_segments(plan: Plan, source: Path, folder: Path) -> tuple[list[float], float, float, float]:
    """CPU seconds of each segment as a run of its own, of packaging them all, of what is drawn besides, and of VMAF."""
    silent, each = replace(plan, has_audio=False), list[float]()
    runs: dict[str, list[EncodedRun]] = {rung.name: [] for rung in plan.rungs}
    for run in plan.runs:
        before = cpu_of_children() + time.process_time()
        made, _ = encode(replace(silent, runs=(run,)), FFMPEG, source, folder / "segments")
        each.append(cpu_of_children() + time.process_time() - before)
        for name, (one,) in made.items():
            runs[name].append(one)
    before = time.process_time()
    package(silent, runs, None, lambda name, _: FileSink(folder / "packaged" / name))
    packaging = time.process_time() - before
    before = cpu_of_children() + time.process_time()
    drawing = partial(Illustrations, FFMPEG)
    package(silent, runs, None, lambda name, _: FileSink(folder / "drawn" / name), illustrate=drawing)
    drawing_seconds = cpu_of_children() + time.process_time() - before - packaging
    before = cpu_of_children() + time.process_time()
    _measure(plan, runs, source)
    return each, packaging, drawing_seconds, cpu_of_children() + time.process_time() - before


def _measure(plan: Plan, encoded: Mapping[str, Sequence[EncodedRun]], source: Path) -> None:
    """VMAF as for any film of this length or a longer one."""
    measured = replace(plan, vmaf_groups=spread(-(-plan.frames // plan.gop), VMAF_GROUPS))
    for run in measured.runs:
        made = {name: runs[run.index] for name, runs in encoded.items()}
        indexes = {name: one.index for name, one in made.items()}
        fragments = {name: one.fragments for name, one in made.items()}
        for group in vmaf.groups_in(measured, run):
            vmaf.measure(measured, run, group, indexes, fragments, FileSource(source), FFMPEG)


def ready_over_ideal(each: list[float], workers: int, film_seconds: int = FILM_SECONDS) -> float:
    """When the last of so many workers ends, over a division of the work that leaves nobody idle.

    The film is made of the segments that were measured, again and again; each worker takes its run without a pause.
    """
    spans = segments(film_seconds * 30, 60)
    times = [each[number % len(each)] for number in range(len(spans))]
    places = [0.0, *accumulate(times)]
    numbers = {span.start: number for number, span in enumerate(spans)} | {spans[-1].end: len(spans)}
    ends = [places[numbers[run.span.end]] - places[numbers[run.span.start]] for run in share_out(spans, workers)]
    return max(ends) / (math.fsum(times) / workers)
