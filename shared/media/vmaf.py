"""How rungs look beside their source: VMAF of a few groups of pictures each, as many however long the film is.

The reference is the source as encoders get it: upright, on the output's grid of frames, without fields and HDR. So each
picture of a rung meets the one that it was made of. Both are compared at the source's size, at most at that of the
screen which the model was trained for; smaller rungs are enlarged, as a player does.
"""

import json
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from fractions import Fraction
from typing import BinaryIO

from shared.media.command import PIPES, Command, Input, Output
from shared.media.encode import available_cpus, limits_of, video_command
from shared.media.fragmenting import mismatch, video_header
from shared.media.indexes import RunIndex
from shared.media.ladder import Rung, even
from shared.media.mp4.writing import init_segment
from shared.media.plan import Plan
from shared.media.range_server import RangeServer
from shared.media.runner import MEGABYTE, Limits, run
from shared.media.scores import MODEL, Sample
from shared.media.storage import BytesSource, RangeSource
from shared.media.timeline import Span
from shared.media.workers import Run

SCREEN_SIDE = 1080
"""Pixels of the shorter side of the screen that the model stands for; larger sources are compared at that size."""
EVERY = 5
"""One picture of so many gets a score; motion is looked for in all of them."""
LOG = "libvmaf=model=version={model}:n_subsample={every}:n_threads={threads}:log_fmt=json:log_path={pipe}:shortest=1"
INSTANCE_ADDRESSES = 512 * MEGABYTE
WALL_SECONDS = 90.0


def groups_in(plan: Plan, run_: Run) -> list[int]:
    """Numbers of the groups of pictures of a run, counted over the film, whose VMAF is measured."""
    return [group for group in plan.vmaf_groups if run_.span.start <= group * plan.gop < run_.span.end]


def measure(
    plan: Plan,
    run_: Run,
    group: int,
    indexes: Mapping[str, RunIndex],
    fragments: Mapping[str, RangeSource],
    source: RangeSource,
    ffmpeg_path: str,
    *,
    wall_seconds: float | None = None,
) -> Sample:
    """Measure one group of all rungs of an encoded run, in one process; MediaError when that fails.

    `indexes` and `fragments` are what the run's worker made, by rung.
    """
    number = group - run_.span.start // plan.gop
    films = {rung.name: _film(plan, rung, indexes[rung.name], fragments[rung.name], number) for rung in plan.rungs}
    frames = min(len(indexes[rung.name].fragments[number].sizes) for rung in plan.rungs)
    with ExitStack() as stack:
        url = stack.enter_context(RangeServer(source))
        urls = [stack.enter_context(RangeServer(BytesSource(films[rung.name]), ahead=0)) for rung in plan.rungs]
        command = _command(plan, Run(0, Span(group * plan.gop, frames), is_last=False), url, urls)
        told = run(command, ffmpeg_path, _limits(plan, frames, wall_seconds), [_scores] * len(plan.rungs))
    scores = {rung.name: one for rung, one in zip(plan.rungs, told, strict=True) if isinstance(one, list)}
    if {len(one) for one in scores.values()} != {-(-frames // EVERY)}:
        raise mismatch("not all pictures were measured")
    return Sample(float(plan.seconds(frames)), scores)


def _film(plan: Plan, rung: Rung, index: RunIndex, fragments: RangeSource, number: int) -> bytes:
    """A group of a rung, by its number in the run, as a film of its own that begins at the group's time."""
    if number >= len(index.fragments):
        raise mismatch(f"{rung.name} ends before a group that is to be measured")
    start = sum(piece.size for piece in index.fragments[:number])
    piece = index.fragments[number]
    header = init_segment(video_header(plan, rung, index.stsd), len(piece.sizes) * plan.frame_duration)
    return header + fragments.read(start, start + piece.size)


def _command(plan: Plan, span: Run, url: str, urls: Sequence[str]) -> Command:
    """One reference, and each rung beside it."""
    width, height = _size(plan)
    reference = replace(plan, rungs=(Rung("reference", width, height, 0, 0),), rung_codecs={})
    seconds, cpus = float(plan.seconds(span.span.frames)) + 1, available_cpus()
    original = video_command(reference, span, url, cpus)
    names = range(len(urls))
    graph = [original.filters, f"[v0]{_clock(plan)},split={len(urls)}{''.join(f'[r{name}]' for name in names)}"]
    threads = max(1, cpus // len(urls))
    for name in names:
        scale = f"scale={width}:{height}:flags=bicubic,format=yuv420p"
        vmaf = LOG.format(model=MODEL, every=EVERY, threads=threads, pipe=PIPES.format(name))
        graph += [f"[{name + 1}:v]{_clock(plan)},{scale}[d{name}]", f"[d{name}][r{name}]{vmaf}[o{name}]"]
    outputs = tuple(Output(("-map", f"[o{name}]"), "null", seconds, MEGABYTE) for name in names)
    films = tuple(Input(one, "mov", "http,tcp", seconds, threads=1) for one in urls)
    return Command(original.source, outputs, ";".join(graph), more_sources=films)


def _size(plan: Plan) -> tuple[int, int]:
    """At which pictures are compared: that of the source, as far as the model's screen shows it."""
    video = plan.facts.video
    shrink = min(Fraction(1), Fraction(SCREEN_SIDE, min(video.display_width, video.display_height)))
    return even(video.display_width * shrink), even(video.display_height * shrink)


def _clock(plan: Plan) -> str:
    """Pictures in the order in which they come, whatever their times are: none is missing on either side."""
    return f"settb={plan.frame_rate.denominator}/{plan.frame_rate.numerator},setpts=N"


def _limits(plan: Plan, frames: int, wall_seconds: float | None) -> Limits:
    """Several times what is expected: decoding alike to that of a run, and measuring, which costs like encoding."""
    limits = limits_of(plan, plan.seconds(frames), None)
    addresses = limits.address_space + INSTANCE_ADDRESSES * len(plan.rungs)
    wall = min(WALL_SECONDS, wall_seconds or WALL_SECONDS)
    return replace(limits, wall_seconds=wall, address_space=addresses, stall_seconds=wall)


def _scores(pipe: BinaryIO) -> list[float]:
    """The scores in a log of libvmaf; MediaError when there is none."""
    try:
        return [round(float(frame["metrics"]["vmaf"]), 3) for frame in json.loads(pipe.read())["frames"]]
    except (ValueError, LookupError, TypeError) as error:
        raise mismatch("no scores came") from error
