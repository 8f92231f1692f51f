"""Runs FFmpeg: limited, watched, its outputs read as they come, and gone when we are done with it."""

import contextlib
import os
import re
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO

from shared.media import limited_exec
from shared.media.command import Command
from shared.media.errors import MediaError, MediaErrorCode

PASSED_ENVIRONMENT = ("PATH", "FONTCONFIG_FILE", "TMPDIR")
INTERPRETER_ENVIRONMENT = "LD_LIBRARY_PATH"
"""Where Lambda's Python finds libpython: without it the interpreter does not start there."""
FONT_CONFIGURATION = "fonts.conf"
STDERR_KEPT = 8192
POLL_SECONDS = 0.5
GRACE_SECONDS = 2.0
MEGABYTE = 1024 * 1024
SOURCE_FAULTS = (
    ("Picture size", MediaErrorCode.TOO_MANY_PIXELS),
    ("not on whitelist", MediaErrorCode.CODEC_NOT_ALLOWED),
    ("Invalid data found", MediaErrorCode.INVALID_MEDIA),
    ("Error opening input", MediaErrorCode.INVALID_MEDIA),
    ("received no packets", MediaErrorCode.INVALID_MEDIA),
    ("moov atom not found", MediaErrorCode.TRUNCATED_MEDIA),
)
"""What FFmpeg says when the source is to blame, most telling first."""

NO_GPU = re.compile(
    r"^\[h264_nvenc @ [^]]*\] (Cannot load |No capable devices|Driver does not support|OpenEncodeSessionEx|.*cuInit).*",
    re.MULTILINE,
)
"""What NVENC says when the machine has no GPU, no driver, or one that is too old for this FFmpeg."""

SIGNALLED = 255
"""FFmpeg's exit code when a signal ended it."""

Consumer = Callable[[BinaryIO], object]
"""Reads one output pipe to its end."""


@dataclass(frozen=True)
class Limits:
    """What a process may use. `file_bytes` is 0 because every output is a pipe."""

    wall_seconds: float
    cpu_seconds: int
    address_space: int = 4096 * MEGABYTE
    stall_seconds: float = 180.0
    """Longest time without progress."""
    file_bytes: int = 0


@dataclass(frozen=True)
class Progress:
    """How far FFmpeg is: frames of the first output, seconds of the furthest, bytes where time is not told."""

    frames: int
    seconds: float
    size: int = 0


def clean_environment() -> dict[str, str]:
    """What a child process may know: no credentials, no proxies."""
    return {name: os.environ[name] for name in PASSED_ENVIRONMENT if name in os.environ}


def python_environment() -> dict[str, str]:
    """What a child may know that is this Python: the same, and where its own library lies."""
    libraries = os.environ.get(INTERPRETER_ENVIRONMENT)
    return clean_environment() | ({INTERPRETER_ENVIRONMENT: libraries} if libraries else {})


def encoder_build(ffmpeg_path: str) -> str:
    """The version line of an FFmpeg program, which tells builds apart."""
    told = subprocess.run(
        [ffmpeg_path, "-hide_banner", "-version"], capture_output=True, check=True, timeout=30, env=clean_environment()
    )
    return told.stdout.decode(errors="replace").splitlines()[0].split(" Copyright")[0]


def run(
    command: Command,
    ffmpeg_path: str,
    limits: Limits,
    consumers: Sequence[Consumer],
    *,
    stdin: bytes = b"",
    on_progress: Callable[[Progress], None] | None = None,
    folder: Path | None = None,
) -> list[object]:
    """Run FFmpeg to its end and give what each consumer returned, one per output.

    `folder` is where it runs, for graphs that name files; what it says of fonts (`fonts.conf`) holds instead of the
    machine's configuration.

    MediaError when FFmpeg fails, stalls or exceeds a limit; a consumer's own exception when that came first. No process
    is left in any case.
    """
    with contextlib.ExitStack() as stack:
        stack.enter_context(sigterm_raises())
        pipes = [_Pipe(stack) for _ in command.outputs]
        progress = _Pipe(stack)
        line = command.build(ffmpeg_path, [pipe.write_end for pipe in pipes], progress.write_end)
        process = stack.enter_context(_started(line, limits, [*pipes, progress], bool(stdin), folder))
        pool = stack.enter_context(ThreadPoolExecutor(len(pipes) + 2))
        stack.callback(_kill_group, process)
        reading = [pool.submit(consumer, pipe.reader) for consumer, pipe in zip(consumers, pipes, strict=True)]
        complaints = pool.submit(_tail, process.stderr)
        if process.stdin:
            pool.submit(_feed, process.stdin, stdin)
        _Watch(process, limits, reading).until_end(progress.reader, on_progress)
        if process.poll() is None:
            _raise_first(reading)
        _raise_for(process.returncode, complaints.result(), reading)
        return [future.result() for future in reading]


class _Pipe:
    """A pipe from the child to us, closed whatever happens."""

    def __init__(self, stack: contextlib.ExitStack) -> None:
        read_end, self.write_end = os.pipe()
        self.reader: BinaryIO = stack.enter_context(os.fdopen(read_end, "rb", buffering=MEGABYTE))
        self._is_open = True
        stack.callback(self.close_write_end)

    def close_write_end(self) -> None:
        """Leave the child's as the only copy, so that its end is our end of file."""
        if self._is_open:
            os.close(self.write_end)
            self._is_open = False


@contextlib.contextmanager
def _started(
    line: list[str], limits: Limits, pipes: Sequence[_Pipe], has_stdin: bool, folder: Path | None
) -> Iterator[subprocess.Popen[bytes]]:
    """The process in a group of its own; it is killed and waited for on the way out."""
    numbers = (limits.address_space, limits.cpu_seconds, limits.file_bytes)
    wrapper = [sys.executable, "-I", "-S", str(Path(limited_exec.__file__)), *map(str, numbers)]
    with subprocess.Popen(
        wrapper + line,
        stdin=subprocess.PIPE if has_stdin else subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        pass_fds=[pipe.write_end for pipe in pipes],
        env=python_environment() | ({"FONTCONFIG_FILE": str(folder / FONT_CONFIGURATION)} if folder else {}),
        cwd=folder,
        process_group=0,
    ) as process:
        for pipe in pipes:
            pipe.close_write_end()
        try:
            yield process
        finally:
            _kill_group(process)


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


@contextlib.contextmanager
def sigterm_raises() -> Iterator[None]:
    """Turn SIGTERM into SystemExit while a child runs, so that the way out is taken; a handler of the host's stays."""
    is_ours = (
        threading.current_thread() is threading.main_thread() and signal.getsignal(signal.SIGTERM) == signal.SIG_DFL
    )
    if is_ours:
        signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    try:
        yield
    finally:
        if is_ours:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _tail(pipe: IO[bytes] | None) -> str:
    kept = b""
    while pipe and (more := os.read(pipe.fileno(), STDERR_KEPT)):
        kept = (kept + more)[-STDERR_KEPT:]
    return kept.decode(errors="replace")


def _feed(pipe: IO[bytes], data: bytes) -> None:
    with contextlib.suppress(BrokenPipeError), pipe:
        pipe.write(data)


class _Watch:
    """Waits for the end of a process, and ends the wait when it takes too long or does not move."""

    def __init__(self, process: subprocess.Popen[bytes], limits: Limits, reading: Sequence[Future[object]]) -> None:
        self._process = process
        self._limits = limits
        self._reading = reading
        self._deadline = time.monotonic() + limits.wall_seconds
        self._moved = time.monotonic()
        self._last = Progress(0, 0.0)

    def until_end(self, reports: BinaryIO, on_progress: Callable[[Progress], None] | None) -> None:
        """Read progress reports to their end; MediaError on a limit. Comes back early when a consumer failed."""
        buffered = b""
        while not _has_failed(self._reading):
            self._check_time()
            if not select.select([reports], [], [], POLL_SECONDS)[0]:
                continue
            more = os.read(reports.fileno(), 65536)
            if not more:
                break
            report, buffered = _parse(buffered + more)
            if report and report != self._last:
                self._moved, self._last = time.monotonic(), report
                if on_progress:
                    on_progress(report)
        self._wait()

    def _check_time(self) -> None:
        now, limits = time.monotonic(), self._limits
        if now > self._deadline:
            raise MediaError(MediaErrorCode.ENCODER_TIMEOUT, f"Encoding took longer than {limits.wall_seconds:.0f} s.")
        if now > self._moved + limits.stall_seconds:
            raise MediaError(MediaErrorCode.ENCODER_STALLED, f"Encoding stood still for {limits.stall_seconds:.0f} s.")

    def _wait(self) -> None:
        """Wait for the exit code. When a consumer failed, FFmpeg's own reason says more than ours, if it is ending."""
        left = GRACE_SECONDS if _has_failed(self._reading) else max(0.1, self._deadline - time.monotonic())
        try:
            self._process.wait(left)
        except subprocess.TimeoutExpired:
            if not _has_failed(self._reading):
                raise MediaError(MediaErrorCode.ENCODER_TIMEOUT, "The encoder did not end.") from None


def _parse(data: bytes) -> tuple[Progress | None, bytes]:
    """The newest complete report in a stream of `key=value` lines, and what is left."""
    complete, mark, rest = data.rpartition(b"progress=")
    if not mark or b"\n" not in rest:
        return None, data
    pairs = dict(line.split(b"=", 1) for line in complete.split(b"\n") if b"=" in line)
    micros = pairs.get(b"out_time_us", b"0").strip()
    frames = pairs.get(b"frame", b"0").strip()
    seconds = int(micros) / 1e6 if micros.lstrip(b"-").isdigit() else 0.0
    size = pairs.get(b"total_size", b"0").strip()
    number = [int(text) if text.isdigit() else 0 for text in (frames, size)]
    return Progress(number[0], max(0.0, seconds), number[1]), rest.partition(b"\n")[2]


def _has_failed(reading: Sequence[Future[object]]) -> bool:
    return any(future.done() and future.exception() for future in reading)


def _raise_first(reading: Sequence[Future[object]]) -> None:
    for future in reading:
        if future.done() and (error := future.exception()):
            raise error


def _raise_for(code: int, complaints: str, reading: Sequence[Future[object]]) -> None:
    """Turn an exit code and what FFmpeg said into an error."""
    if code == 0:
        return
    if missing := NO_GPU.search(complaints):  # first, since FFmpeg goes on to complain of outputs without packets
        raise MediaError(MediaErrorCode.ENCODER_UNAVAILABLE, detail=missing[0])
    for phrase, fault in SOURCE_FAULTS:
        if phrase in complaints:
            raise MediaError(fault, detail=_last_line(complaints))
    if code in {SIGNALLED, -signal.SIGXCPU, -signal.SIGKILL}:
        raise MediaError(MediaErrorCode.ENCODER_TIMEOUT, detail=_last_line(complaints))
    _raise_first(reading)
    raise MediaError(MediaErrorCode.ENCODER_FAILED, detail=f"it ended with {code}: {_last_line(complaints)}")


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1][:300] if lines else "it gave no reason"
