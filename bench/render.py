"""CPU of our renderer over one FFmpeg command with a graph that a person would write, and over MoviePy.

All make the same compositions from the same sources with the same settings of the same encoder. Ours is a process that
reads the configuration, probes, plans, renders every unit and the sound, and packages, counted whole.
"""

import json
import sys
import tempfile
from pathlib import Path

from bench.compositions import COMPOSITIONS, Composition, make_sources
from bench.cpu import Command, cpu_seconds, in_turns, ratio
from bench.encode import FFMPEG, FOOTAGE
from bench.figures import Figure
from bench.our_render import plan_of
from infra.parts.discovery import ROOT
from shared.media.encode import AUDIO_KBITS
from shared.media.scene.planning import RenderPlan

SECONDS, ROUNDS = 5, 3
"""Of a scene."""
LIMIT, MOVIEPY_LIMIT = 1.05, 0.25
OURS, BY_HAND = "ours", "by hand"


def measure() -> list[Figure]:
    """The median of the ratios of several rounds; MoviePy, which takes long, runs once."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_sources(FOOTAGE, folder, SECONDS)
        found = [figure for name in COMPOSITIONS for figure in _against_hand(name, folder)]
        return [*found, _against_moviepy(folder)]


def _against_hand(name: str, folder: Path) -> list[Figure]:
    made = COMPOSITIONS[name](SECONDS)
    plan = plan_of(made.value, folder)
    seconds = in_turns({OURS: _ours(name, made, folder), BY_HAND: by_hand(made, plan, folder)}, ROUNDS)
    length = f"{float(plan.seconds(plan.frames)):.0f} s"
    return [
        Figure(
            f"CPU of our renderer over one FFmpeg command, {name} ({length})",
            round(ratio(seconds[OURS], seconds[BY_HAND]), 3),
            "x",
            LIMIT,
        ),
        Figure(f"CPU of our renderer, {name}", round(min(seconds[OURS]), 2), "s"),
    ]


def _against_moviepy(folder: Path) -> Figure:
    made = COMPOSITIONS["plain"](SECONDS)
    plan = plan_of(made.value, folder)
    theirs = cpu_seconds(by_moviepy(plan, folder, SECONDS))
    ours = cpu_seconds(_ours("plain", made, folder))
    return Figure("CPU of our renderer over MoviePy, plain", round(ours / theirs, 3), "x", MOVIEPY_LIMIT)


def _ours(name: str, made: Composition, folder: Path) -> Command:
    configuration = folder / f"{name}.json"
    configuration.write_text(json.dumps(made.value))
    line = (sys.executable, "-m", "bench.our_render", FFMPEG, str(configuration), str(folder), str(folder / name))
    return Command(line, str(ROOT))


def by_hand(made: Composition, plan: RenderPlan, folder: Path) -> Command:
    """One process, which writes byhand.mp4 into the folder of the sources."""
    for name, content in made.files.items():
        (folder / name).write_text(content)
    line = [FFMPEG, "-nostdin", "-v", "error", "-y"]
    for source in made.inputs:
        *options, name = source.split()
        line += [*options, "-i", name]
    line += ["-filter_complex", made.graph, "-map", "[v]", "-map", "[a]", "-c:v", plan.encoder, *encoder(plan)]
    line += ["-c:a", "aac", "-b:a", f"{AUDIO_KBITS}k", "-movflags", "+faststart", "byhand.mp4"]
    return Command(tuple(line), str(folder))


def by_moviepy(plan: RenderPlan, folder: Path, seconds: float) -> Command:
    """A process that writes the plain composition into moviepy.mp4."""
    line = (sys.executable, "-m", "bench.moviepy_render", str(folder), str(seconds), str(folder / "moviepy.mp4"))
    return Command((*line, *encoder(plan)), str(ROOT))


def encoder(plan: RenderPlan) -> list[str]:
    """The settings of the plan's encoder."""
    rung, gop = plan.rungs[0], str(plan.gop)
    rates = ["-maxrate", f"{rung.peak_kbits}k", "-bufsize", f"{rung.buffer_kbits}k"]
    return [*plan.encoder_arguments, *rates, "-g", gop, "-keyint_min", gop, "-sc_threshold", "0", "-flags", "+cgop"]
