"""Probes an upload. What reads untrusted bytes with a demuxer runs in a child process that can be lost."""

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import time
from contextlib import nullcontext
from pathlib import Path
from typing import Any, Self

from shared.media.clocks import check_clock
from shared.media.errors import MediaError, MediaErrorCode
from shared.media.facts import SourceFacts
from shared.media.mp4.boxes import BoxError
from shared.media.mp4.checking import DataMissingError, HeaderMissingError, TimeGapError, check_movie
from shared.media.probe_answers import read_answer
from shared.media.range_server import RangeServer
from shared.media.runner import MEGABYTE, python_environment
from shared.media.sniffing import SNIFF_BYTES, find_demuxer
from shared.media.storage import RangeSource

MAX_SECONDS = 12 * 3600
LONGEST_FRAME_SECONDS = 600
"""A single frame that lasts longer is an accident or an attack."""
PROBE_BLOCK = 1 * MEGABYTE
WALL_SECONDS = 60.0


def probe(source: RangeSource, prober: "Prober | None" = None, *, wall_seconds: float = WALL_SECONDS) -> SourceFacts:
    """The facts of a source; MediaError with a code and a message for its owner when it cannot become a stream.

    Who probes several has a `prober` for all of them.
    """
    if source.size == 0:
        raise MediaError(MediaErrorCode.EMPTY_FILE, "The file is empty.")
    demuxer = find_demuxer(source.read(0, min(source.size, SNIFF_BYTES)))
    if demuxer == "mov":
        check_boxes(source)
    elif demuxer == "mpegts":
        check_clock(source)
    facts = SourceFacts.from_json(ask(source, prober, demuxer, "video", wall_seconds))
    if facts.duration > MAX_SECONDS:
        hours = float(facts.duration) / 3600
        raise MediaError(
            MediaErrorCode.TOO_LONG, f"The video lasts {hours:.1f} hours; {MAX_SECONDS // 3600} are the most."
        )
    return facts


def check_boxes(source: RangeSource) -> None:
    """MediaError when the boxes of an MP4 file are damaged or incomplete."""
    try:
        check_movie(source, LONGEST_FRAME_SECONDS)
    except (HeaderMissingError, DataMissingError) as error:
        raise MediaError(MediaErrorCode.TRUNCATED_MEDIA, f"The file is incomplete: {error}.") from error
    except TimeGapError as error:
        raise MediaError(MediaErrorCode.TOO_LONG, f"The file has absurd times: {error}.") from error
    except BoxError as error:
        raise MediaError(MediaErrorCode.INVALID_MEDIA, f"The file is damaged: {error}.") from error


def ask(source: RangeSource, prober: "Prober | None", demuxer: str, kind: str, wall_seconds: float) -> dict[str, Any]:
    """What the child process says of a source: the prober's, or one for this source alone."""
    with nullcontext(prober) if prober else Prober() as asked, RangeServer(source, PROBE_BLOCK, ahead=1) as url:
        return asked.ask(url, demuxer, source.size, kind, wall_seconds)


class Prober:
    """The child process that looks into untrusted files, for as many as are asked about: `with Prober() as prober`.

    It starts with the first question. A file that breaks or stops it costs its own answer and no other.
    """

    def __init__(self) -> None:
        """No process yet."""
        self._child: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the process and what it has started."""
        if self._child is None:
            return
        with self._child:
            if self._child.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(self._child.pid, signal.SIGKILL)
        self._child = None

    def ask(self, url: str, demuxer: str, size: int, kind: str, wall_seconds: float) -> dict[str, Any]:
        """The facts of a file, or a MediaError with the reason of the process, or for it when it breaks."""
        question = json.dumps([url, demuxer, size, kind]).encode() + b"\n"
        deadline = time.monotonic() + wall_seconds
        # a process that ends may have been broken by what came before: the second one has seen only this file
        told = self._told(question, deadline) or self._told(question, deadline)
        return read_answer(told, kind)

    def _told(self, question: bytes, deadline: float) -> bytes:
        """The answer as a line; empty when the process has ended, and then there is none any more."""
        child = self._child = self._child or _start_child()
        assert child.stdin, "it was started with pipes"
        assert child.stdout
        with contextlib.suppress(BrokenPipeError):
            child.stdin.write(question)
        told = b""
        while not told.endswith(b"\n"):
            if not select.select([child.stdout], [], [], max(0.0, deadline - time.monotonic()))[0]:
                self.__exit__()
                raise MediaError(MediaErrorCode.INVALID_MEDIA, "The file takes too long to read.")
            more = os.read(child.stdout.fileno(), MEGABYTE)
            if not more:
                self.__exit__()
                return b""
            told += more
        return told


def _start_child() -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "shared.media.probe_child"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        bufsize=0,
        env={**python_environment(), "PYTHONPATH": _import_path()},
        cwd="/",
        process_group=0,
    )


def _import_path() -> str:
    """Where this process finds its modules, for the child."""
    root = str(Path(__file__).parents[2])
    return os.pathsep.join([root, *(path for path in sys.path if path and path != root)])
