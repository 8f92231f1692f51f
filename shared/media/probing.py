"""Probes an upload. What reads untrusted bytes with a demuxer runs in a child process that can be lost."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from shared.media.clocks import check_clock
from shared.media.errors import MediaError, MediaErrorCode
from shared.media.facts import SourceFacts
from shared.media.mp4.boxes import BoxError
from shared.media.mp4.checking import DataMissingError, HeaderMissingError, TimeGapError, check_movie
from shared.media.range_server import RangeServer
from shared.media.runner import MEGABYTE, python_environment
from shared.media.sniffing import SNIFF_BYTES, find_demuxer
from shared.media.storage import RangeSource

MAX_SECONDS = 12 * 3600
LONGEST_FRAME_SECONDS = 600
"""A single frame that lasts longer is an accident or an attack."""
PROBE_BLOCK = 1 * MEGABYTE
WALL_SECONDS = 60.0


def probe(source: RangeSource, *, wall_seconds: float = WALL_SECONDS) -> SourceFacts:
    """The facts of a source; MediaError with a code and a message for its owner when it cannot become a stream."""
    if source.size == 0:
        raise MediaError(MediaErrorCode.EMPTY_FILE, "The file is empty.")
    demuxer = find_demuxer(source.read(0, min(source.size, SNIFF_BYTES)))
    if demuxer == "mov":
        check_boxes(source)
    elif demuxer == "mpegts":
        check_clock(source)
    with RangeServer(source, block_size=PROBE_BLOCK, ahead=1) as url:
        facts = SourceFacts.from_json(ask_child(url, demuxer, source.size, "video", wall_seconds))
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


def ask_child(url: str, demuxer: str, size: int, kind: str, wall_seconds: float) -> dict[str, Any]:
    """Run the probe child; the facts that it prints, or a MediaError with its reason, or for it when it dies."""
    child = subprocess.Popen(
        [sys.executable, "-m", "shared.media.probe_child", url, demuxer, str(size), kind],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**python_environment(), "PYTHONPATH": _import_path()},
        cwd="/",
        process_group=0,
    )
    with child:
        try:
            out, _ = child.communicate(timeout=wall_seconds)
        except subprocess.TimeoutExpired:
            raise MediaError(MediaErrorCode.INVALID_MEDIA, "The file takes too long to read.") from None
        finally:
            if child.poll() is None:
                os.killpg(child.pid, signal.SIGKILL)
    try:
        answer: dict[str, dict[str, Any]] = json.loads(out)
    except ValueError:
        raise MediaError(MediaErrorCode.INVALID_MEDIA, "The file cannot be read: it broke the reader.") from None
    if "error" in answer:
        raise MediaError(answer["error"]["code"], answer["error"]["message"])
    return answer["facts"]


def _import_path() -> str:
    """Where this process finds its modules, for the child."""
    root = str(Path(__file__).parents[2])
    return os.pathsep.join([root, *(path for path in sys.path if path and path != root)])
