"""The workers: one FFmpeg process decodes a run once and makes all its rungs; another one makes the sound."""

import math
import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction
from functools import partial

from shared.media import filters
from shared.media.command import Command, Input, Loop, Output
from shared.media.errors import MediaError, MediaErrorCode
from shared.media.facts import SourceFacts
from shared.media.fragmenting import VideoFragmenter, consume_audio
from shared.media.indexes import AudioIndex, RunIndex
from shared.media.ladder import Rung
from shared.media.plan import Plan
from shared.media.range_server import RangeServer
from shared.media.runner import MEGABYTE, Limits, Progress, run
from shared.media.storage import RangeSource, Sink, finishing
from shared.media.workers import Run

FRAGMENTED = ("-movflags", "+frag_keyframe+empty_moov+default_base_moof+skip_trailer")
BARE = ("-map_metadata", "-1", "-map_chapters", "-1", "-sn", "-dn")
MARGIN_SECONDS = 2
"""How far the real end may lie behind the one that the probe expected."""
LEAD_SECONDS, UNINDEXED_LEAD_SECONDS = 1, 12
"""How long before a run reading begins: at a key frame, which a container without an index cannot find by itself."""
LONGEST_GOP_SECONDS = 60
"""Between key frames, where no index tells."""
INDEXED = frozenset({"mov", "matroska", "avi"})
SHORTFALL_SECONDS, SHORTFALL_SHARE = 1, Fraction(1, 50)
"""How much may be missing at the end, whichever is more: containers round, sound may outlast the picture."""
AUDIO_KBITS = 128
EXTRA_ADDRESSES = 1024 * MEGABYTE
"""Address space of an encoder of HEVC or AV1, besides what its pictures take: most of it is never touched."""
OnProgress = Callable[[float], None]
"""Told the share that is done, 0 to 1, never falling."""


def encode_run(
    plan: Plan,
    run_: Run,
    source: RangeSource,
    outputs: Mapping[str, Sink],
    ffmpeg_path: str,
    on_progress: OnProgress | None = None,
    *,
    threads: int | None = None,
    wall_seconds: float | None = None,
) -> dict[str, RunIndex]:
    """Encode one run of all rungs. `outputs` has a sink per rung name.

    Gives the index of each rung; every sink is finished by then, or aborted when this raises. `wall_seconds` ends it at
    the latest.
    """
    threads = threads or available_cpus()
    indexes: dict[str, RunIndex] = {}
    with finishing(outputs):
        with RangeServer(source) as url:
            command = video_command(plan, run_, url, threads)
            fragmenters = [VideoFragmenter(plan, run_, rung, outputs[rung.name]) for rung in plan.rungs]
            results = run(
                command,
                ffmpeg_path,
                limits_of(plan, plan.seconds(run_.span.frames), wall_seconds, has_gpu=plan.encoder_lane == "gpu"),
                [fragmenter.consume for fragmenter in fragmenters],
                on_progress=_share(on_progress, lambda progress: progress.frames / run_.span.frames),
            )
        for result in results:
            assert isinstance(result, RunIndex)
            check_length(plan, run_, result)
            indexes[result.rung] = result
        if len({index.frames for index in indexes.values()}) != 1:
            raise MediaError(MediaErrorCode.OUTPUT_MISMATCH, "The renditions have different numbers of frames.")
    return indexes


def encode_audio(
    plan: Plan,
    source: RangeSource,
    output: Sink,
    ffmpeg_path: str,
    on_progress: OnProgress | None = None,
    *,
    wall_seconds: float | None = None,
) -> AudioIndex:
    """Encode the sound of the whole source as stereo AAC on the video's clock, at least as long as the video."""
    with finishing({"audio": output}):
        with RangeServer(source) as url:
            (result,) = run(
                audio_command(plan, url),
                ffmpeg_path,
                limits_of(plan, plan.seconds(plan.frames), wall_seconds),
                [partial(consume_audio, sink=output)],
                on_progress=_share(on_progress, lambda progress: progress.seconds / float(plan.seconds(plan.frames))),
            )
        assert isinstance(result, AudioIndex)
        if len(result.sizes) * 1024 < math.floor(plan.seconds(plan.frames) * 48000):
            raise MediaError(MediaErrorCode.OUTPUT_MISMATCH, "The sound is shorter than was ordered.")
    return result


def video_command(plan: Plan, run_: Run, url: str, threads: int) -> Command:
    """The command of a run."""
    seconds = float(plan.seconds(run_.span.frames))
    outputs = tuple(
        _video_output(plan, rung, label, seconds, threads)
        for rung, label in zip(plan.rungs, filters.output_labels(plan.rungs), strict=True)
    )
    source = _input(plan.facts, url, plan.seconds(run_.span.start), seconds, threads)
    return Command(
        replace(source, keeps_filters=not plan.facts.video.has_matrix),
        outputs,
        filters.video_graph(plan, run_),
    )


def audio_command(plan: Plan, url: str) -> Command:
    """The command of the sound."""
    audio = plan.facts.audio
    if audio is None:
        raise ValueError("the plan has no sound")
    seconds = float(plan.seconds(plan.frames)) + MARGIN_SECONDS
    alike = ("-map", f"0:{audio.index}", "-vn", *BARE, "-af", filters.sound_alike(plan.facts), "-c:a", "pcm_f32le")
    arguments = ("-map", "[sound]", *BARE, "-c:a", "aac", "-b:a", f"{AUDIO_KBITS}k", "-ar", "48000", "-ac", "2")
    arguments += ("-movflags", "+frag_custom+empty_moov+default_base_moof+skip_trailer", "-frag_duration", "2000000")
    output = Output(arguments, "mp4", seconds, max_bytes(AUDIO_KBITS, seconds))
    source = _input(plan.facts, url, Fraction(0), seconds, 1)
    return Command(source, (output,), filters.SOUND_GRAPH, Loop(alike, source.seconds))


def _input(facts: SourceFacts, url: str, start: Fraction, seconds: float, threads: int) -> Input:
    """The source from a little before `start` of the output on."""
    lead = LEAD_SECONDS if facts.demuxer in INDEXED else UNINDEXED_LEAD_SECONDS
    place = facts.start - facts.format_start + start
    begin = max(Fraction(0), place - lead) if start else Fraction(0)
    # FFmpeg counts `-t` from the key frame at which a seek ends, which may lie far before the place that was asked for
    before = (facts.video.key_frame_distance or LONGEST_GOP_SECONDS) if begin else 0
    return Input(
        url=url,
        demuxer=facts.demuxer,
        protocols="http,tcp",
        seconds=float(place - begin) + seconds + before + MARGIN_SECONDS,
        seek=float(begin) if begin else None,
        threads=threads,
    )


def _video_output(plan: Plan, rung: Rung, label: str, seconds: float, threads: int) -> Output:
    rate = plan.frame_rate
    settings = plan.settings_of(rung)
    arguments = ("-map", label, *BARE, "-c:v", settings.name, *plan.arguments_of(rung))
    arguments += settings.rate_of(rung.peak_kbits, rung.buffer_kbits) + settings.groups_of(plan.gop)
    arguments += (*settings.threads_of(threads), "-fps_mode", "passthrough")
    arguments += (
        "-enc_time_base",
        f"{rate.denominator}/{rate.numerator}",
        "-video_track_timescale",
        str(plan.timescale),
    )
    seconds += MARGIN_SECONDS
    return Output((*arguments, *FRAGMENTED), "mp4", seconds, max_bytes(rung.peak_kbits, seconds))


def check_length(plan: Plan, run_: Run, index: RunIndex) -> None:
    """MediaError when a run has fewer or more frames than it must: FFmpeg cuts at its limits without a word.

    The source may end a little before the end that was expected, and then runs are short or empty.
    """
    if index.size > max_bytes(plan.rung(index.rung).peak_kbits, float(plan.seconds(run_.span.frames))) * 0.9:
        raise MediaError(MediaErrorCode.OUTPUT_MISMATCH, f"The output of {index.rung} is as large as its limit.")
    if not run_.is_last and index.frames > run_.span.frames:
        raise MediaError(
            MediaErrorCode.OUTPUT_MISMATCH, f"A run has {index.frames} frames instead of {run_.span.frames}."
        )
    if index.frames >= run_.span.frames + MARGIN_SECONDS * plan.frame_rate - 1:
        raise MediaError(MediaErrorCode.INVALID_MEDIA, "The video goes on after the end that the file tells.")
    end = run_.span.start + index.frames
    allowed = max(SHORTFALL_SECONDS * plan.frame_rate, plan.frames * SHORTFALL_SHARE)
    if index.frames < run_.span.frames and (not end or end < plan.frames - allowed):
        raise MediaError(
            MediaErrorCode.TRUNCATED_MEDIA,
            f"The video ends after {float(plan.seconds(end)):.1f} s, "
            f"but the file promises {float(plan.seconds(plan.frames)):.1f} s.",
        )


def max_bytes(kbits: int, seconds: float) -> int:
    """A size that no sound output reaches."""
    return round(kbits * 1000 / 8 * seconds * 2) + 16 * MEGABYTE


def limits_of(plan: Plan, seconds: Fraction, wall_seconds: float | None, *, has_gpu: bool = False) -> Limits:
    """Limits for so many seconds of the output: several times what is expected.

    CUDA reserves more addresses than the machine has memory, so none are counted where it works.
    """
    share = float(seconds / plan.seconds(plan.frames))
    cpu_seconds = round(60 + 6 * plan.cpu_seconds * share)
    pixels = plan.facts.video.width * plan.facts.video.height
    more = sum(EXTRA_ADDRESSES + 400 * rung.width * rung.height for rung in plan.rungs if rung.name in plan.rung_codecs)
    return Limits(
        wall_seconds=wall_seconds or cpu_seconds * 1.5,
        cpu_seconds=cpu_seconds,
        address_space=0 if has_gpu else 4096 * MEGABYTE + pixels * 300 + more,
    )


def available_cpus() -> int:
    """Processors that this process may use, at most eight."""
    return min(8, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)


def _share(told: OnProgress | None, measure: Callable[[Progress], float]) -> Callable[[Progress], None] | None:
    """Report a share between 0 and 1 that never falls."""
    if told is None:
        return None
    highest = 0.0

    def report(progress: Progress) -> None:
        nonlocal highest
        highest = max(highest, min(1.0, measure(progress)))
        told(highest)

    return report
