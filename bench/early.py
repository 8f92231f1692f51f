"""How soon a film can be played, over what one of its segments takes to encode.

From the end of the upload on: probe, plan, and the early worker until the first piece of pictures, and of sound, lies
in a folder with the playlists that lead to it. Against it stands a worker that encodes one segment of 6 s in all rungs.
Both are wall time of the same processors, one after the other in every round. What is between steps on AWS is left out:
Step Functions, the start of functions, and S3, which is a folder here.
"""

import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from bench.encode import FFMPEG, FOOTAGE
from bench.figures import Figure
from bench.our_transcode import FileSink, FileSource
from shared.media.early import Piece, encode_early
from shared.media.encode import encode_run
from shared.media.event_playlists import early_master, head, with_piece
from shared.media.plan import Plan, make_plan
from shared.media.probing import probe
from shared.media.runner import encoder_build

SOURCES = (10, 120)
"""Seconds."""
ROUNDS, LIMIT = 3, 3


class PlayableError(Exception):
    """There is something to play: what is measured ends."""


def measure() -> list[Figure]:
    """The median of the ratios of several rounds, for a short film and a longer one."""
    found = list[Figure]()
    with tempfile.TemporaryDirectory() as name:
        for seconds in SOURCES:
            folder = Path(name) / str(seconds)
            folder.mkdir()
            source = folder / "source.mp4"
            looped(FOOTAGE, source, seconds)
            sides = {
                "first": partial(until_playable, source, folder),
                "segment": partial(encode_segment, plan_of(source), source, folder),
            }
            times = in_turns(sides)
            ratio = statistics.median(a / b for a, b in zip(times["first"], times["segment"], strict=True))
            title = f"time to the first playable frame over encoding one segment, {seconds} s source"
            found += [
                Figure(title, round(ratio, 2), "x", LIMIT),
                Figure(f"time to the first playable frame, {seconds} s source", round(min(times["first"]), 2), "s"),
            ]
    return found


def looped(footage: Path, target: Path, seconds: int) -> None:
    """So many seconds of a film, from its beginning again where it is shorter."""
    line = [FFMPEG, "-nostdin", "-v", "error", "-stream_loop", "-1", "-i", str(footage), "-t", str(seconds)]
    line += ["-map", "0:v:0", "-map", "0:a:0?", "-c", "copy", str(target)]
    subprocess.run(line, check=True, timeout=120)


def in_turns(sides: dict[str, Callable[[], None]]) -> dict[str, list[float]]:
    """Wall seconds of both sides in every round; every other round backwards."""
    times: dict[str, list[float]] = {name: [] for name in sides}
    for number in range(ROUNDS):
        for name in sides if number % 2 else reversed(sides):
            began = time.perf_counter()
            sides[name]()
            times[name].append(time.perf_counter() - began)
    return times


def plan_of(source: Path) -> Plan:
    """What the first two steps do."""
    return make_plan(probe(FileSource(source)), source_id=source.name, encoder_build=encoder_build(FFMPEG))


def until_playable(source: Path, folder: Path) -> None:
    """Probe, plan, and publish until each track has a piece."""
    plan = plan_of(source)
    codecs = dict[str, str]()

    def publish(piece: Piece) -> None:
        codecs[piece.track] = piece.codec
        text = with_piece(head(plan), piece, f"{piece.track}.m4s", f"{piece.track}-header.mp4")
        (folder / f"{piece.track}-header.mp4").write_bytes(piece.header)
        (folder / f"{piece.track}.m4s").write_bytes(piece.data)
        for name in [rung.name for rung in plan.rungs] if piece.track == plan.rungs[-1].name else [piece.track]:
            (folder / f"{name}.m3u8").write_text(text)
        if len(codecs) == 1 + plan.has_audio:
            (folder / "master.m3u8").write_text(early_master(plan, codecs))
            raise PlayableError

    try:
        encode_early(plan, FileSource(source), FFMPEG, publish)
    except PlayableError:
        return
    raise AssertionError(f"{source} has no beginning to play")


def encode_segment(plan: Plan, source: Path, folder: Path) -> None:
    """A worker's work on the first segment: all rungs at once."""
    alone = replace(plan, segments=plan.segments[:1], has_audio=False)
    run = replace(plan.runs[0], span=plan.segments[0], is_last=False)
    sinks = {rung.name: FileSink(folder / f"{rung.name}-0.m4s") for rung in plan.rungs}
    encode_run(alone, run, FileSource(source), sinks, FFMPEG)
