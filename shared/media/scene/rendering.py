"""The workers: one FFmpeg process makes the picture of a unit, a few make the sound of the whole video."""

import re
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import BinaryIO

from shared.media.command import Output
from shared.media.encode import AUDIO_KBITS, BARE, FRAGMENTED, OnProgress, available_cpus, max_bytes
from shared.media.encoders import ENCODERS
from shared.media.errors import MediaError, MediaErrorCode
from shared.media.fragmenting import VideoFragmenter, consume_audio, mismatch
from shared.media.indexes import AudioIndex, RunIndex
from shared.media.runner import MEGABYTE, Limits, Progress
from shared.media.scene import sound, stems
from shared.media.scene.composition import Composition
from shared.media.scene.graph import Graph
from shared.media.scene.planning import RenderPlan, unit_key
from shared.media.scene.running import OpenSource, run_graph, workshop
from shared.media.scene.units import RenderUnit
from shared.media.storage import Sink, finishing

STALL_SECONDS = 60.0
"""A process that stands still for so long is ended, and started once more."""
MEASURED = re.compile(rb"lavfi\.r128\.I=(-?[0-9.]+|-inf|nan)")
FINAL_SECONDS = 1


class _Held:
    """Bytes in memory until the work went well: what a process wrote that stood still must not reach the sink."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []

    def write(self, data: bytes) -> None:
        """Append bytes."""
        self.pieces.append(data)

    def finish(self) -> None:
        """Nothing is to be done."""

    def abort(self) -> None:
        """Forget them."""
        self.pieces.clear()


def render_unit(
    plan: RenderPlan,
    unit: RenderUnit,
    open_source: OpenSource,
    sink: Sink,
    ffmpeg_path: str,
    on_progress: OnProgress | None = None,
    *,
    threads: int | None = None,
    wall_seconds: float | None = None,
) -> RunIndex:
    """Render a unit as final fragments, which begin at time 0 and which packaging puts in their place.

    Its bytes depend on nothing but `unit.key`. The sink is finished, or aborted when this raises.
    """
    threads = threads or available_cpus()
    with finishing({"unit": sink}):
        graph = plan.graph(unit)
        if unit_key(plan, graph, unit.last - unit.first) != unit.key:
            raise mismatch("the unit's key is another one here: other fonts, or another version than the planner's")
        attempt = partial(_render, plan, unit, graph, open_source, ffmpeg_path, on_progress, threads)
        begun = time.monotonic()
        try:
            index, pieces = attempt(wall_seconds)
        except MediaError as error:
            if error.code != MediaErrorCode.ENCODER_STALLED:
                raise
            # FFmpeg has been seen to stand still for no reason, and never twice
            index, pieces = attempt(wall_seconds and max(1.0, wall_seconds - (time.monotonic() - begun)))
        for piece in pieces:
            sink.write(piece)
    return index


def _render(
    plan: RenderPlan,
    unit: RenderUnit,
    graph: Graph,
    open_source: OpenSource,
    ffmpeg_path: str,
    on_progress: OnProgress | None,
    threads: int,
    wall_seconds: float | None,
) -> tuple[RunIndex, list[bytes]]:
    """The index and the bytes of a unit."""
    frames, rung, held = unit.last - unit.first, plan.rungs[0], _Held()
    fragmenter = VideoFragmenter(plan, plan.runs[unit.index], rung, held, is_movable=True)
    with workshop(graph, plan.media, open_source, threads) as shop:
        (index,) = run_graph(
            graph,
            shop,
            [_video_output(plan, frames)],
            [fragmenter.consume],
            ffmpeg_path,
            _limits(plan, frames, wall_seconds),
            threads=threads,
            on_progress=_told(on_progress, frames),
        )
    assert isinstance(index, RunIndex)
    if index.frames != frames:
        raise MediaError(MediaErrorCode.OUTPUT_MISMATCH, f"A unit has {index.frames} frames instead of {frames}.")
    return index, held.pieces


def render_audio(
    plan: RenderPlan,
    open_source: OpenSource,
    sink: Sink,
    ffmpeg_path: str,
    on_progress: OnProgress | None = None,
    *,
    wall_seconds: float | None = None,
) -> AudioIndex:
    """Mix and encode the sound of the whole video as stereo AAC, as loud as the project wants it.

    Progress is 0 while sounds are mixed and measured. The sink is finished, or aborted when this raises.
    """
    if not plan.has_audio:
        raise ValueError("the plan has no sound")
    composition, limits = plan.composition, _limits(plan, plan.frames, wall_seconds)
    # stems are files of our own; FFmpeg itself writes none
    with finishing({"audio": sink}), tempfile.TemporaryDirectory(prefix="stems-") as folder:
        begun = _told(on_progress and (lambda _: on_progress(0.0)), 1)
        made = stems.render(composition, open_source, Path(folder), ffmpeg_path, limits, begun)
        wanted = composition.project.output.loudness
        gain = 0.0
        if wanted is not None:
            gain = sound.gain_for(_measure(composition, made, ffmpeg_path, limits, begun), wanted)
        graph, seconds = Graph(), float(plan.seconds(plan.frames))
        told = _told(on_progress, seconds)
        sound.mastering(graph, sound.mix(graph, composition, made.feeds, made.laps), gain)
        output = _audio_output(seconds + FINAL_SECONDS)
        with workshop(graph, made.media, made.open_source, 1) as shop:
            consumer = partial(consume_audio, sink=sink)
            (index,) = run_graph(graph, shop, [output], [consumer], ffmpeg_path, limits, label="a", on_progress=told)
    assert isinstance(index, AudioIndex)
    return index


def _measure(
    composition: Composition,
    made: stems.Stems,
    ffmpeg_path: str,
    limits: Limits,
    on_progress: Callable[[Progress], None] | None,
) -> float:
    """The integrated loudness of the programme in LUFS (EBU R 128)."""
    graph = Graph()
    sound.measuring(graph, sound.mix(graph, composition, made.feeds, made.laps))
    seconds = float(composition.frames / composition.rate)
    output = Output(("-map", "[a]"), "null", seconds, MEGABYTE)
    with workshop(graph, made.media, made.open_source, 1) as shop:
        (value,) = run_graph(
            graph, shop, [output], [_last_loudness], ffmpeg_path, limits, label="a", on_progress=on_progress
        )
    assert isinstance(value, float)
    return value


def _last_loudness(pipe: BinaryIO) -> float:
    value = b"-inf"
    for line in pipe:
        if found := MEASURED.search(line):
            value = found[1]
    return float(value) if value != b"nan" else float("-inf")


def _video_output(plan: RenderPlan, frames: int) -> Output:
    rate, rung = plan.frame_rate, plan.rungs[0]
    arguments = ["-map", "[v]", *BARE, "-an", "-c:v", plan.encoder, *plan.encoder_arguments]
    encoder = ENCODERS["h264", "cpu"]
    arguments += [*encoder.rate_of(rung.peak_kbits, rung.buffer_kbits), *encoder.groups_of(plan.gop)]
    arguments += ["-fps_mode", "passthrough", "-enc_time_base", f"{rate.denominator}/{rate.numerator}"]
    arguments += ["-frames:v", str(frames), "-video_track_timescale", str(plan.timescale), *FRAGMENTED]
    seconds = float(plan.seconds(frames)) + FINAL_SECONDS
    return Output(tuple(arguments), "mp4", seconds, max_bytes(rung.peak_kbits, seconds))


def _audio_output(seconds: float) -> Output:
    arguments = ("-map", "[a]", "-vn", *BARE, "-c:a", "aac", "-b:a", f"{AUDIO_KBITS}k", "-ar", "48000", "-ac", "2")
    arguments += ("-movflags", "+frag_custom+empty_moov+default_base_moof+skip_trailer", "-frag_duration", "2000000")
    return Output(arguments, "mp4", seconds, max_bytes(AUDIO_KBITS, seconds))


def _limits(plan: RenderPlan, frames: int, wall_seconds: float | None) -> Limits:
    """Several times what so many frames are expected to take."""
    cpu_seconds = round(120 + 8 * plan.cpu_seconds * frames / plan.frames)
    pixels = max((_pixels(plan, src) for src in plan.media), default=0)
    return Limits(
        wall_seconds=wall_seconds or cpu_seconds * 1.5,
        cpu_seconds=cpu_seconds,
        address_space=6144 * MEGABYTE + pixels * 300,
        stall_seconds=STALL_SECONDS,
    )


def _pixels(plan: RenderPlan, src: str) -> int:
    probed = plan.media[src]
    if probed.image:
        return probed.image.width * probed.image.height
    return probed.video.video.width * probed.video.video.height if probed.video else 0


def _told(on_progress: OnProgress | None, whole: float) -> Callable[[Progress], None] | None:
    """Report which share of so many frames, or of so many seconds where there are none, is done."""
    if on_progress is None:
        return None
    return lambda progress: on_progress(min(1.0, (progress.frames or progress.seconds) / whole))
