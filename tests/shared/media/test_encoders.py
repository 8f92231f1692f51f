"""The table of encoders: the CPU's command lines to the letter, the GPU's options as FFmpeg knows them."""

import re
import subprocess
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

import pytest

from shared.media import encode, encoders, filters
from shared.media.command import Command
from shared.media.cost import estimate_cpu_seconds, estimate_gpu_machine_seconds
from shared.media.encode import audio_command, encode_run, limits_of, video_command
from shared.media.errors import MediaError, MediaErrorCode
from shared.media.facts import SourceFacts
from shared.media.fragmenting import REORDERING
from shared.media.ladder import RUNGS
from shared.media.plan import Plan, make_plan
from shared.media.workers import JOB_VCPUS
from tests.shared.media.engine import LocalSink, LocalSource, counters, transcode
from tests.shared.media.making import FFMPEG
from tests.shared.media.test_plan import facts, plan_for

Source = Callable[[str], Path]
FILM = facts(seconds=3600)
UHD = facts(3840, 2160, Fraction(60), 600)


def for_gpu(source: SourceFacts, gpu: str = "g4dn") -> Plan:
    return make_plan(source, source_id="video/1", encoder_build="ffmpeg x", gpu=gpu)


def line(plan: Plan, run: int = 0) -> list[str]:
    descriptors = [10 + number for number in range(len(plan.rungs))]
    return video_command(plan, plan.runs[run], "http://127.0.0.1:1/x", 4).build("ffmpeg", descriptors, 9)


def outputs(arguments: list[str]) -> list[list[str]]:
    """The arguments of each output."""
    starts = [number for number, word in enumerate(arguments) if word == "-map"]
    return [arguments[start:end] for start, end in zip(starts, [*starts[1:], None], strict=True)]


CPU_OUTPUT = (
    "-map [v0] -map_metadata -1 -map_chapters -1 -sn -dn -c:v libx264 -preset veryfast -profile:v high -crf 21"
    " -maxrate 5000k -bufsize 7500k -g 60 -keyint_min 60 -sc_threshold 0 -flags +cgop -threads 4 -fps_mode passthrough"
    " -enc_time_base 1/30 -video_track_timescale 15360"
    " -movflags +frag_keyframe+empty_moov+default_base_moof+skip_trailer"
)
GPU_OUTPUT = (
    "-map [v0] -map_metadata -1 -map_chapters -1 -sn -dn -c:v h264_nvenc -preset p5 -tune hq -profile:v high"
    " -rc vbr -cq 23 -b:v 0 -spatial-aq 1 -rc-lookahead 20 -bf 2 -b_ref_mode disabled -b_adapt 0"
    " -maxrate 5000k -bufsize 7500k -g 60 -force_key_frames expr:eq(mod(n,60),0) -forced-idr 1 -no-scenecut 1"
    " -flags +cgop -fps_mode passthrough -enc_time_base 1/30 -video_track_timescale 15360"
    " -movflags +frag_keyframe+empty_moov+default_base_moof+skip_trailer"
)


def test_cpu_is_spoken_to_as_ever() -> None:
    """The words, and the hash that names the work: it was this before there was a table."""
    plan = plan_for(facts())
    assert " ".join(outputs(line(plan))[0]).startswith(CPU_OUTPUT + " -t ")
    assert plan.hash == "572eea033dd9067cc582de974d482de0"
    assert not plan.rung_arguments


def test_gpu_is_spoken_to_in_its_own_words() -> None:
    plan = for_gpu(FILM)
    first, *others = outputs(line(plan))
    assert " ".join(first).startswith(GPU_OUTPUT + " -t ")
    assert len(others) == 2


def test_large_rungs_take_a_faster_preset() -> None:
    plan = for_gpu(UHD)
    presets = [output[output.index("-preset") + 1] for output in outputs(line(plan))]
    assert presets == ["p4", "p4", "p5", "p5", "p5"]
    assert Plan.from_json(plan.to_json()).rung_arguments == plan.rung_arguments
    changed = replace(plan, rung_arguments={})
    assert line(changed) != line(plan)


def test_hash_of_a_plan_tells_encoders_and_machines_apart() -> None:
    plans = [for_gpu(FILM, gpu) for gpu in ("", "g4dn", "g5")]
    assert len({plan.hash for plan in plans}) == 3
    assert [plan.encoder for plan in plans] == ["libx264", "h264_nvenc", "h264_nvenc"]


def test_both_lanes_decode_and_cut_by_the_same_graph() -> None:
    """Frames are counted before any encoder sees them, so the grid is the same on either lane."""
    on_cpu, on_gpu = plan_for(FILM, 8), replace(for_gpu(FILM), runs=plan_for(FILM, 8).runs)
    for run in on_cpu.runs:
        assert filters.video_graph(on_cpu, run) == filters.video_graph(on_gpu, run)
    assert line(on_cpu)[: line(on_cpu).index("-map")] == line(on_gpu)[: line(on_gpu).index("-map")]


def test_sound_is_the_same_on_either_lane() -> None:
    on_cpu, on_gpu = (audio_command(for_gpu(FILM, gpu), "u").build("ffmpeg", [1], 2) for gpu in ("", "g4dn"))
    assert on_cpu == on_gpu


GENERIC = {*"b:v maxrate bufsize g bf keyint_min sc_threshold flags threads force_key_frames tag:v".split()}
"""Options of every encoder, and of FFmpeg itself."""
BY_LIBRARY = ("libx264", "libx265")
"""Encoders whose names of presets and profiles FFmpeg hands on to a library, and does not list."""


@pytest.mark.parametrize("row", encoders.ENCODERS.values(), ids=lambda row: row.name)
def test_ffmpeg_knows_every_option(row: encoders.Encoder) -> None:
    """Those of the encoder itself, whether its machine is here or not, and values that have names."""
    told = subprocess.run(
        [FFMPEG, "-hide_banner", "-h", f"encoder={row.name}"], capture_output=True, text=True, check=True
    )
    formats = re.search(r"Supported pixel formats: (.*)", told.stdout)
    assert formats
    assert row.pixel_format in formats[1].split()
    known = set(re.findall(r"^ +-([\w-]+) ", told.stdout, re.MULTILINE)) | GENERIC
    for short_side in (0, *RUNGS):
        words = [*row.arguments_of(short_side), *row.rate_of(1, 2), *row.groups_of(60), *row.threads_of(1)]
        for option, value in zip(words[::2], words[1::2], strict=True):
            name = option.removeprefix("-").removesuffix(":v" if option == "-profile:v" else "")
            assert name in known, option
            if value.isalpha() or re.fullmatch(r"p\d", value):
                assert re.search(rf"^ +{value} ", told.stdout, re.MULTILINE) or row.name in BY_LIBRARY, (option, value)


@pytest.mark.parametrize("short_side", [0, *RUNGS])
def test_pictures_are_never_shown_later_than_fragments_allow(short_side: int) -> None:
    """B-frames that are no references wait for one frame. With some as references it would be two, or more."""
    words = encoders.ENCODERS["h264", "gpu"].arguments_of(short_side)
    told = dict(zip(words[::2], words[1::2], strict=True))
    assert told["-b_ref_mode"] == "disabled"
    assert told["-b_adapt"] == "0"
    assert (1 if int(told["-bf"]) else 0) <= REORDERING


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """x264 in the GPU's place, in the same pattern of pictures and with the same words about groups."""
    row = encoders.ENCODERS["h264", "gpu"]
    words = ("-preset", "ultrafast", "-bf", "2", "-x264-params", "b-pyramid=none:b-adapt=0:scenecut=0")
    at = row.groups.index("-no-scenecut")
    groups = (*row.groups[:at], *row.groups[at + 2 :])
    changed = replace(row, name="libx264", arguments=words, groups=groups, by_rung={})
    monkeypatch.setitem(cast("Any", encoders.ENCODERS), ("h264", "gpu"), changed)


@pytest.mark.usefixtures("stand_in")
@pytest.mark.parametrize("name", ["landscape", "sixty"])
def test_its_pattern_of_pictures_becomes_a_stream(source: Source, tmp_path: Path, name: str) -> None:
    """Every frame once and in its place, over the joints of runs, with key frames that are forced."""
    done = transcode(source(name), tmp_path, runs=2, gpu="g4dn")
    assert done.plan.lane == "gpu"
    found = counters(done.path(f"{done.lowest}.mp4"))
    assert found == list(range(len(found)))
    assert len(found) == done.manifest.frames


def test_addresses_are_not_counted_where_cuda_works() -> None:
    on_cpu, on_gpu = plan_for(FILM), for_gpu(FILM)
    seconds = on_gpu.seconds(on_gpu.runs[0].span.frames)
    assert limits_of(on_cpu, seconds, None).address_space > 0
    assert limits_of(on_gpu, seconds, None, has_gpu=True).address_space == 0
    assert limits_of(on_gpu, seconds, None).address_space > 0, "the sound needs no CUDA"


def test_a_run_on_the_gpu_is_not_limited_in_addresses(
    source: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The fault fires: this machine has no driver, and that is told apart from a source without packets."""
    limits: list[int] = []
    real = encode.run

    def watched(command: Command, path: str, limited: encode.Limits, *rest: object, **more: object) -> list[object]:
        limits.append(limited.address_space)
        return real(command, path, limited, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(encode, "run", watched)
    plan = _plan_for_gpu(source("silent"))
    with pytest.raises(MediaError) as caught:
        encode_run(plan, plan.runs[0], LocalSource(source("silent")), {"240p": LocalSink(tmp_path / "a")}, FFMPEG)
    assert caught.value.code == MediaErrorCode.ENCODER_UNAVAILABLE
    assert not caught.value.is_source_fault
    assert "libcuda" in caught.value.detail
    assert limits == [0]
    assert list(tmp_path.iterdir()) == []


def _plan_for_gpu(path: Path) -> Plan:
    from shared.media.probing import probe

    return make_plan(probe(LocalSource(path)), source_id="x", encoder_build="x", gpu="g4dn", lambda_cpu_seconds=0)


@pytest.mark.parametrize(
    ("source", "lane"),
    [
        (FILM, "gpu"),
        (UHD, "gpu"),
        (facts(seconds=60), "lambda"),
        (facts(1080, 1920, seconds=3600), "gpu"),
        (facts(8192, 4320, seconds=600), "gpu"),
        (facts(5120, 2160, seconds=600), "batch"),
        (facts(120, 100, seconds=12 * 3600), "batch"),
        (replace(FILM, video=replace(FILM.video, hdr="hdr10")), "batch"),
        (replace(FILM, video=replace(FILM.video, colour_primaries=9)), "batch"),
        (replace(FILM, video=replace(FILM.video, interlaced=True)), "batch"),
        (replace(FILM, video=replace(FILM.video, codec="prores", pixel_format="yuv422p10le", bit_depth=10)), "gpu"),
    ],
)
def test_what_goes_to_the_gpu(source: SourceFacts, lane: str) -> None:
    assert for_gpu(source).lane == lane
    assert for_gpu(source, "").lane == ("batch" if lane == "gpu" else lane)


def test_runs_follow_the_gpu_s_speed() -> None:
    """About two and a half times as fast as a machine that has as many vCPUs and nothing else."""
    for source in (FILM, UHD):
        on_cpu, on_gpu = for_gpu(source, ""), for_gpu(source)
        machine = estimate_gpu_machine_seconds(source, on_gpu.rungs, JOB_VCPUS)
        assert on_gpu.cpu_seconds == pytest.approx(JOB_VCPUS * machine, abs=0.1)
        assert 2 < estimate_cpu_seconds(source, on_cpu.rungs) / JOB_VCPUS / machine < 3
        assert len(on_cpu.runs) > len(on_gpu.runs) >= len(on_cpu.runs) / 3
