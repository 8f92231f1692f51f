"""Still pictures: the poster of a video, and the pictures that people upload."""

import contextlib
from typing import BinaryIO

from shared.media import filters
from shared.media.command import PICTURE_DECODERS, Command, Input, Output
from shared.media.errors import MediaError, MediaErrorCode
from shared.media.facts import SourceFacts
from shared.media.ladder import fitted
from shared.media.range_server import RangeServer
from shared.media.runner import MEGABYTE, Limits, run
from shared.media.storage import RangeSource

POSTER_SIDE = 1280
POSTER_SHARE = 10
"""The poster is the frame after a tenth of the video."""
MAX_BYTES = 16 * MEGABYTE
PICTURE_LIMITS = Limits(wall_seconds=30, cpu_seconds=30, address_space=3072 * MEGABYTE, stall_seconds=30)
JPEG = ("-frames:v", "1", "-c:v", "mjpeg", "-q:v", "3", "-map_metadata", "-1", "-an", "-sn", "-dn")
PICTURE_KINDS = ((b"\x89PNG\r\n\x1a\n", "png_pipe"), (b"\xff\xd8\xff", "jpeg_pipe"))


def make_poster(
    facts: SourceFacts, source: RangeSource, ffmpeg_path: str, *, side: int = POSTER_SIDE, wall_seconds: float = 120
) -> bytes:
    """A JPEG of a frame near a tenth of the video, upright, with square pixels, no side longer than `side` pixels."""
    limits = Limits(wall_seconds, round(wall_seconds * 4), stall_seconds=wall_seconds)
    target = facts.start - facts.format_start + facts.duration / POSTER_SHARE
    with RangeServer(source) as url:
        if target > 0:
            # a damaged or odd file may have no frame there: its first one does as well
            with contextlib.suppress(MediaError):
                return run_for_jpeg(_poster_command(facts, url, float(target), side), ffmpeg_path, limits)
        return run_for_jpeg(_poster_command(facts, url, None, side), ffmpeg_path, limits)


def reencode_image(data: bytes, ffmpeg_path: str, *, side: int = POSTER_SIDE) -> bytes:
    """An uploaded JPEG, PNG or WebP as a fresh JPEG without metadata, no side longer than `side` pixels.

    MediaError when it is another thing, too large or damaged.
    """
    if not data:
        raise MediaError(MediaErrorCode.EMPTY_FILE, "The picture is empty.")
    source = Input("pipe:0", picture_demuxer(data), "pipe", seconds=1, decoders=PICTURE_DECODERS)
    fit = f"scale=w='min({side},iw)':h='min({side},ih)':force_original_aspect_ratio=decrease:flags=bicubic"
    graph = f"[0:v]{fit}:{filters.JPEG_COLOURS}[picture]"
    command = Command(source, (jpeg_output("[picture]"),), graph)
    return run_for_jpeg(command, ffmpeg_path, PICTURE_LIMITS, data)


def picture_demuxer(data: bytes) -> str:
    """FFmpeg's demuxer for a picture, from its first bytes."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp_pipe"
    for prefix, demuxer in PICTURE_KINDS:
        if data.startswith(prefix):
            return demuxer
    raise MediaError(MediaErrorCode.UNSUPPORTED_MEDIA, "The picture is not a JPEG, PNG or WebP file.")


def _poster_command(facts: SourceFacts, url: str, seek: float | None, side: int) -> Command:
    video = facts.video
    width, height = fitted(video.display_width, video.display_height, side)
    source = Input(
        url=url,
        demuxer=facts.demuxer,
        protocols="http,tcp",
        seconds=float(facts.duration) + 60,
        seek=seek,
        is_seek_exact=True,
    )
    return Command(source, (jpeg_output("[poster]"),), filters.poster_graph(facts, width, height))


def jpeg_output(label: str) -> Output:
    """One JPEG of what a graph labels so."""
    return Output(("-map", label, *JPEG), "image2pipe", seconds=60, max_bytes=MAX_BYTES)


def run_for_jpeg(command: Command, ffmpeg_path: str, limits: Limits, stdin: bytes = b"") -> bytes:
    """The JPEG that a command makes; MediaError when it makes none."""
    (jpeg,) = run(command, ffmpeg_path, limits, [_read_all], stdin=stdin)
    if not isinstance(jpeg, bytes) or not jpeg:
        raise MediaError(MediaErrorCode.INVALID_MEDIA, "No picture can be decoded.")
    return jpeg


def _read_all(pipe: BinaryIO) -> bytes:
    return pipe.read()
