"""The one place where FFmpeg's command line is made: every input is guarded, every output bounded."""

from collections.abc import Sequence
from dataclasses import dataclass

MAX_PIXELS = 36_000_000
"""Coded pixels of a frame: 8192x4320 passes."""

VIDEO_DECODERS = ("h264", "hevc", "vp8", "vp9", "av1", "libdav1d", "prores")
PCM_DECODERS = (
    "pcm_s8", "pcm_u8", "pcm_s16le", "pcm_s16be", "pcm_u16le", "pcm_u16be", "pcm_s24le", "pcm_s24be", "pcm_s32le",
    "pcm_s32be", "pcm_f32le", "pcm_f32be", "pcm_f64le", "pcm_f64be", "pcm_alaw", "pcm_mulaw", "pcm_bluray", "pcm_dvd",
)  # fmt: skip
AUDIO_DECODERS = ("aac", "mp3", "mp3float", "opus", "vorbis", "flac", "alac", "ac3", "eac3", *PCM_DECODERS)
PICTURE_DECODERS = ("png", "mjpeg", "webp")

FIRST_PIPE = "{first_pipe}"
"""In a graph it stands for the pipe of the first output, for filters that write what they measure."""
PIPES = "{{pipe_{}}}"
"""With the number of an output, from 0, the same as a path, for filters that open files themselves."""

SPEECHLESS = ("-nostdin", "-hide_banner", "-v", "error", "-nostats")


@dataclass(frozen=True)
class Input:
    """An untrusted input. `demuxer` comes from magic bytes and is the only one that FFmpeg may use."""

    url: str
    demuxer: str
    protocols: str
    """What FFmpeg may open: `http,tcp` for the loopback range server, `pipe` for standard input."""
    seconds: float
    """Read no further than this, counted from the first packet that is read."""
    decoders: tuple[str, ...] = VIDEO_DECODERS + AUDIO_DECODERS
    seek: float | None = None
    """Seconds after the container's first time stamp; reading begins at the key frame before."""
    is_seek_exact: bool = False
    """Drop what lies between that key frame and the seek."""
    threads: int = 1
    keeps_filters: bool = False
    """Frames of another size or format go through the same filter graph, which must begin by making them alike."""


@dataclass(frozen=True)
class Output:
    """One output, always a pipe that we read."""

    arguments: tuple[str, ...]
    muxer: str
    seconds: float
    max_bytes: int


@dataclass(frozen=True)
class Loop:
    """Decoded frames that are filtered, encoded and decoded once more, as `[dec:0]` of the command's filter graph.

    The first filter is made anew whenever the frames change their kind, the command's own graph never.
    """

    arguments: tuple[str, ...]
    seconds: float


@dataclass(frozen=True)
class Command:
    """One FFmpeg process: inputs and outputs in order. A graph may make pictures of its own, without any input."""

    source: Input | None
    outputs: tuple[Output, ...]
    filters: str = ""
    """A filter graph over all streams (`-filter_complex`), or nothing."""
    loop: Loop | None = None
    more_sources: tuple[Input, ...] = ()
    filter_threads: int = 1

    def build(self, ffmpeg_path: str, descriptors: Sequence[int], progress: int) -> list[str]:
        """The command line; `descriptors` are the pipes of the outputs, `progress` that of the progress reports."""
        line = [ffmpeg_path, *SPEECHLESS, "-y", "-progress", f"pipe:{progress}", "-stats_period", "0.5"]
        for source in [*([self.source] if self.source else []), *self.more_sources]:
            line += input_arguments(source)
        if self.loop:
            line += [*self.loop.arguments, "-t", f"{self.loop.seconds:.6f}", "-f", "null", "-", "-dec", "0:0"]
        if self.filters:
            graph = self.filters.replace(FIRST_PIPE, f"pipe\\\\:{descriptors[0]}")
            for number, descriptor in enumerate(descriptors):
                graph = graph.replace(PIPES.format(number), f"/proc/self/fd/{descriptor}")
            line += ["-filter_complex_threads", str(self.filter_threads), "-filter_complex", graph]
        for output, descriptor in zip(self.outputs, descriptors, strict=True):
            line += output.arguments
            line += [
                "-t",
                f"{output.seconds:.6f}",
                "-fs",
                str(output.max_bytes),
                "-f",
                output.muxer,
                f"pipe:{descriptor}",
            ]
        return line


def input_arguments(source: Input) -> list[str]:
    """What stands before and with an untrusted `-i`."""
    guard = ["-f", source.demuxer, "-format_whitelist", source.demuxer, "-codec_whitelist", ",".join(source.decoders)]
    guard += ["-max_pixels", str(MAX_PIXELS), "-protocol_whitelist", source.protocols]
    if source.keeps_filters:
        guard += ["-reinit_filter", "0"]
    if source.demuxer == "mov":
        guard += ["-enable_drefs", "0", "-use_absolute_path", "0"]
    guard += ["-threads", str(source.threads), "-copyts", "-t", f"{source.seconds:.6f}"]
    if source.seek is not None:
        guard += [*([] if source.is_seek_exact else ["-noaccurate_seek"]), "-ss", f"{source.seek:.6f}"]
    return [*guard, "-i", source.url]
