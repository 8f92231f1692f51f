"""FFmpeg runs guarded and limited, and nothing of it is left behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

import pytest

from shared.media.command import Command, Input, Output
from shared.media.encode import encode_run
from shared.media.errors import MediaError, MediaErrorCode
from shared.media.range_server import RangeServer
from shared.media.runner import (
    MEGABYTE,
    PASSED_ENVIRONMENT,
    Limits,
    Progress,
    clean_environment,
    encoder_build,
    python_environment,
    run,
)
from shared.media.storage import BytesSource
from tests.shared.media.attacks import PAYLOADS, Listener
from tests.shared.media.engine import LocalSink, LocalSource, plan_of
from tests.shared.media.making import FFMPEG

Source = Callable[[str], Path]
GENEROUS = Limits(wall_seconds=60, cpu_seconds=60)
FOREVER = "[0:v]loop=-1:1000:0,scale=1920:1080[out]"


def read_all(pipe: BinaryIO) -> bytes:
    return pipe.read()


def film(url: str, graph: str = "[0:v]null[out]", seconds: float = 3600, max_bytes: int = 1 << 40) -> Command:
    """Frames of a film as raw pictures."""
    output = Output(("-map", "[out]", "-c:v", "rawvideo"), "rawvideo", seconds, max_bytes)
    return Command(Input(url, "mov", "http,tcp", 3600), (output,), graph)


def children() -> list[str]:
    """Processes of ours that run FFmpeg."""
    told = subprocess.run(["ps", "-o", "pid=,args=", "--ppid", str(os.getpid())], capture_output=True, check=False)
    return [line for line in told.stdout.decode().splitlines() if "ffmpeg" in line]


@pytest.fixture(autouse=True)
def nothing_left() -> Iterator[None]:
    yield
    assert children() == []


def test_command_line_is_guarded() -> None:
    line = Command(Input("URL", "mov", "http,tcp", 12.5), (Output(("-an",), "mp4", 10, 999),)).build("ffmpeg", [7], 9)
    assert line[:3] == ["ffmpeg", "-nostdin", "-hide_banner"]
    before = line[: line.index("-i")]
    for name, value in [
        ("-f", "mov"),
        ("-format_whitelist", "mov"),
        ("-protocol_whitelist", "http,tcp"),
        ("-max_pixels", "36000000"),
        ("-enable_drefs", "0"),
        ("-use_absolute_path", "0"),
        ("-t", "12.500000"),
    ]:
        assert before[before.index(name) + 1] == value
    assert "h264" in before[before.index("-codec_whitelist") + 1].split(",")
    assert line[line.index("-i") + 2 :] == ["-an", "-t", "10.000000", "-fs", "999", "-f", "mp4", "pipe:7"]
    assert "-enable_drefs" not in Command(Input("URL", "matroska", "pipe", 1), ()).build("ffmpeg", [], 9)


def test_the_guard_stops_what_an_unguarded_ffmpeg_does(listener: Listener) -> None:
    """The same bytes, once bare and once guarded: bare FFmpeg asks the address that they name."""
    target = f"http://127.0.0.1:{listener.port}/secret.mp4"
    with RangeServer(BytesSource(PAYLOADS["hls"].format(target=target).encode())) as url:
        bare = [FFMPEG, "-nostdin", "-v", "error", "-f", "hls", "-extension_picky", "0"]
        subprocess.run([*bare, "-i", url, "-f", "null", "-"], capture_output=True, timeout=30, check=False)
        assert listener.hits > 0
        before = listener.hits
        for demuxer in ("mov", "matroska", "mpegts", "avi", "flv", "mxf"):
            output = Output(("-map", "0:v"), "rawvideo", 10, 1 << 20)
            with pytest.raises(MediaError):
                run(Command(Input(url, demuxer, "http,tcp", 10), (output,)), FFMPEG, GENEROUS, [read_all])
    assert listener.hits == before


def test_a_codec_off_the_list_is_not_decoded(source: Source) -> None:
    with RangeServer(LocalSource(source("strange_codec"))) as url, pytest.raises(MediaError) as caught:
        run(film(url), FFMPEG, GENEROUS, [read_all])
    assert caught.value.code == MediaErrorCode.CODEC_NOT_ALLOWED


def test_a_huge_picture_is_not_decoded(source: Source) -> None:
    with RangeServer(LocalSource(source("too_many_pixels"))) as url, pytest.raises(MediaError) as caught:
        run(film(url), FFMPEG, GENEROUS, [read_all])
    assert caught.value.is_source_fault


def test_output_and_progress_are_read(source: Source) -> None:
    told: list[Progress] = []
    with RangeServer(LocalSource(source("silent"))) as url:
        (pictures,) = run(film(url), FFMPEG, GENEROUS, [read_all], on_progress=told.append)
    assert isinstance(pictures, bytes)
    assert len(pictures) == 60 * 320 * 240 * 3 // 2
    assert told[-1].frames == 60


def test_wall_limit(source: Source) -> None:
    begin = time.monotonic()
    with RangeServer(LocalSource(source("silent"))) as url, pytest.raises(MediaError) as caught:
        run(film(url, FOREVER), FFMPEG, Limits(wall_seconds=1.5, cpu_seconds=60), [discard])
    assert caught.value.code == MediaErrorCode.ENCODER_TIMEOUT
    assert not caught.value.is_source_fault
    assert time.monotonic() - begin < 6


def test_cpu_limit(source: Source) -> None:
    with RangeServer(LocalSource(source("silent"))) as url, pytest.raises(MediaError) as caught:
        run(film(url, FOREVER), FFMPEG, Limits(wall_seconds=60, cpu_seconds=1), [discard])
    assert caught.value.code == MediaErrorCode.ENCODER_TIMEOUT


def test_memory_limit(source: Source) -> None:
    small = Limits(wall_seconds=30, cpu_seconds=30, address_space=300 << 20)
    with RangeServer(LocalSource(source("silent"))) as url, pytest.raises(MediaError):
        run(film(url, "[0:v]scale=8000:8000[out]"), FFMPEG, small, [discard])


def test_no_file_can_be_written(source: Source, tmp_path: Path) -> None:
    output = Output(
        ("-map", "0:v", "-c", "copy", "-f", "mpegts", str(tmp_path / "leak.ts"), "-map", "0:v"), "rawvideo", 9, 9
    )
    with RangeServer(LocalSource(source("silent"))) as url, pytest.raises(MediaError):
        run(Command(Input(url, "mov", "http,tcp", 10), (output,)), FFMPEG, GENEROUS, [read_all])
    assert not (tmp_path / "leak.ts").exists() or (tmp_path / "leak.ts").stat().st_size == 0


def discard(pipe: BinaryIO) -> None:
    while pipe.read(1 << 20):
        pass


def test_standing_still_is_noticed(source: Source) -> None:
    """Whoever reads the output stops reading: no progress, so it ends."""

    def sleepy(pipe: BinaryIO) -> None:
        pipe.read(100_000)
        time.sleep(4)

    patience = Limits(wall_seconds=60, cpu_seconds=60, stall_seconds=1.5)
    with RangeServer(LocalSource(source("silent"))) as url, pytest.raises(MediaError) as caught:
        run(film(url, FOREVER), FFMPEG, patience, [sleepy])
    assert caught.value.code == MediaErrorCode.ENCODER_STALLED


def test_a_consumer_s_error_ends_it(source: Source) -> None:
    def broken(pipe: BinaryIO) -> None:
        pipe.read(1000)
        raise ConnectionError("the storage is away")

    with RangeServer(LocalSource(source("silent"))) as url, pytest.raises(ConnectionError):
        run(film(url, FOREVER), FFMPEG, GENEROUS, [broken])


def test_a_failing_sink_leaves_no_object(source: Source, tmp_path: Path) -> None:
    class Full(LocalSink):
        def write(self, data: bytes) -> None:
            if self._file.tell() > 100:
                raise OSError("the disk is full")
            super().write(data)

    plan = plan_of(source("silent"))
    with pytest.raises(OSError, match="full"):
        encode_run(plan, plan.runs[0], LocalSource(source("silent")), {"240p": Full(tmp_path / "a")}, FFMPEG)
    assert list(tmp_path.iterdir()) == []


def test_a_source_that_breaks_under_way_is_told_as_such(source: Source, tmp_path: Path) -> None:
    class Breaking(LocalSource):
        def read(self, start: int, end: int) -> bytes:
            raise ConnectionError("the storage is away")

    plan = plan_of(source("silent"))
    with pytest.raises(ConnectionError):
        encode_run(plan, plan.runs[0], Breaking(source("silent")), {"240p": LocalSink(tmp_path / "a")}, FFMPEG)
    assert list(tmp_path.iterdir()) == []


def test_environment_is_clean(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that prints its environment stands in for FFmpeg."""
    program = tmp_path / "program"
    program.touch()
    program.chmod(0o755)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("http_proxy", "http://proxy")
    monkeypatch.setenv("LD_LIBRARY_PATH", str(tmp_path))
    told = tmp_path / "told"
    program.write_text(f"#!/bin/sh\nenv >'{told}'\nexit 3\n")
    with pytest.raises(MediaError) as caught:
        run(Command(Input("x", "mov", "pipe", 1), ()), str(program), replace(GENEROUS, file_bytes=MEGABYTE), [])
    assert caught.value.code == MediaErrorCode.ENCODER_FAILED
    names = {line.partition("=")[0] for line in told.read_text().splitlines()}
    assert names <= {*PASSED_ENVIRONMENT, "PWD", "SHLVL", "_", "OLDPWD", "LC_CTYPE"}


def test_python_children_find_their_own_library(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lambda's interpreter does not start without LD_LIBRARY_PATH."""
    monkeypatch.setenv("LD_LIBRARY_PATH", "/var/lang/lib")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    assert python_environment() == {**clean_environment(), "LD_LIBRARY_PATH": "/var/lang/lib"}


TERMINATED = """
import sys
from pathlib import Path
from tests.shared.media.engine import LocalSource
from tests.shared.media.test_runner import FOREVER, GENEROUS, discard, film
from shared.media.range_server import RangeServer
from shared.media.runner import run
from tests.shared.media.making import FFMPEG
with RangeServer(LocalSource(Path(sys.argv[1]))) as url:
    run(film(url, FOREVER), FFMPEG, GENEROUS, [discard], on_progress=lambda progress: print("moving", flush=True))
"""


def test_sigterm_leaves_no_process(source: Source) -> None:
    worker = subprocess.Popen(
        [sys.executable, "-c", TERMINATED, source("silent")], stdout=subprocess.PIPE, cwd=Path.cwd()
    )
    with worker:
        assert worker.stdout
        assert worker.stdout.readline() == b"moving\n"
        group = subprocess.run(["ps", "-o", "pid=", "--ppid", str(worker.pid)], capture_output=True, check=True)
        encoders = [int(pid) for pid in group.stdout.split()]
        assert encoders
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(10) == 128 + signal.SIGTERM
    for pid in encoders:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_a_killed_worker_s_encoder_ends_by_itself(source: Source) -> None:
    worker = subprocess.Popen(
        [sys.executable, "-c", TERMINATED, source("silent")], stdout=subprocess.PIPE, cwd=Path.cwd()
    )
    with worker:
        assert worker.stdout
        assert worker.stdout.readline() == b"moving\n"
        group = subprocess.run(["ps", "-o", "pid=", "--ppid", str(worker.pid)], capture_output=True, check=True)
        worker.kill()
    deadline = time.monotonic() + 10
    for pid in [int(pid) for pid in group.stdout.split()]:
        while Path(f"/proc/{pid}/cmdline").exists() and time.monotonic() < deadline:
            time.sleep(0.1)
        assert not Path(f"/proc/{pid}/cmdline").exists()


def test_encoder_build() -> None:
    assert encoder_build(FFMPEG).startswith("ffmpeg version")
