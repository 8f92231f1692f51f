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

SECONDS, MOVIEPY_SECONDS, ROUNDS = 9, 5, 3
"""Of a scene; MoviePy takes so long that its scenes are shorter, which does not favour us."""
LIMIT, MOVIEPY_LIMIT = 1.05, 0.25
OURS, BY_HAND = "ours", "by hand"


def measure() -> list[Figure]:
    """The median of the ratios of several rounds; MoviePy, which takes long, runs once."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_sources(FOOTAGE, folder, SECONDS)
        found = [figure for name in COMPOSITIONS for figure in _against_hand(name, folder)]
        return [*found, _far_apart(folder), _against_moviepy(folder)]


def _against_hand(name: str, folder: Path) -> list[Figure]:
    seconds, length = _seconds(name, folder, ROUNDS)
    told = f"CPU of our renderer over one FFmpeg command, {name} ({length:.0f} s)"
    return [
        Figure(told, round(ratio(seconds[OURS], seconds[BY_HAND]), 3), "x", LIMIT),
        Figure(f"CPU of our renderer, {name}, a second of video", round(min(seconds[OURS]) / length, 3), "s"),
    ]


def _far_apart(folder: Path) -> Figure:
    """Every piece decodes its source from the key frame before; the footage as it is has few of them."""
    copied = folder / "copied"
    copied.mkdir()
    make_sources(FOOTAGE, copied, SECONDS, is_copied=True)
    seconds, _ = _seconds("captions", copied, 1)
    told = "the same, captions, from a film with up to ten seconds between key frames"
    return Figure(told, round(ratio(seconds[OURS], seconds[BY_HAND]), 3), "x")


def _seconds(name: str, folder: Path, rounds: int) -> tuple[dict[str, list[float]], float]:
    """CPU seconds of both sides in each round, and how long the video is."""
    made = COMPOSITIONS[name](SECONDS)
    plan = plan_of(made.value, folder)
    seconds = in_turns({OURS: _ours(name, made, folder), BY_HAND: by_hand(made, plan, folder)}, rounds)
    return seconds, float(plan.seconds(plan.frames))


def _against_moviepy(folder: Path) -> Figure:
    made = COMPOSITIONS["plain"](MOVIEPY_SECONDS)
    plan = plan_of(made.value, folder)
    theirs = cpu_seconds(by_moviepy(plan, folder, MOVIEPY_SECONDS))
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
