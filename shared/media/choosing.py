"""Which streams of a file are encoded. Runs in the probe's child process only."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeVar

from shared.media.command import AUDIO_DECODERS, MAX_PIXELS
from shared.media.errors import MediaError, MediaErrorCode
from shared.media.facts import AudioFacts

if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.container import InputContainer
    from av.video.stream import VideoStream

S = TypeVar("S", "VideoStream", "AudioStream")
VIDEO_CODECS = frozenset({"h264", "hevc", "vp8", "vp9", "av1", "prores"})
AUDIO_CODECS = frozenset(AUDIO_DECODERS)


def choose_video(container: "InputContainer") -> "VideoStream":
    """The default video stream, else the first; cover pictures do not count. MediaError when none can be decoded."""
    from av.stream import Disposition

    streams = [s for s in container.streams.video if not s.disposition & Disposition.attached_pic]
    if not streams:
        raise MediaError(MediaErrorCode.NO_VIDEO_STREAM, "The file holds no video.")
    stream = _preferred(streams, VIDEO_CODECS)
    if stream is None:
        raise MediaError(
            MediaErrorCode.CODEC_NOT_ALLOWED,
            f"The video codec {codec_name(streams[0]) or 'of the file'} is not supported. "
            "H.264, HEVC, VP8, VP9, AV1 and ProRes are.",
        )
    context = stream.codec_context
    if context.width * context.height > MAX_PIXELS:
        size = f"{context.width}x{context.height}"
        raise MediaError(MediaErrorCode.TOO_MANY_PIXELS, f"The picture of {size} pixels is too large.")
    context.options = {"max_pixels": str(MAX_PIXELS), "threads": "1"}
    return stream


def choose_audio(container: "InputContainer") -> AudioFacts | None:
    """The default audio stream, else the first, else none; MediaError when there are some and none can be decoded."""
    streams = [stream for stream in container.streams.audio if not _is_empty(stream, container)]
    if not streams:
        return None
    stream = _preferred(streams, AUDIO_CODECS)
    if stream is None:
        raise MediaError(
            MediaErrorCode.CODEC_NOT_ALLOWED,
            f"The audio codec {codec_name(streams[0]) or 'of the file'} is not supported. "
            "AAC, MP3, Opus, Vorbis, FLAC, ALAC, AC-3 and PCM are.",
        )
    context = stream.codec_context
    return AudioFacts(stream.index, codec_name(stream), context.channels, context.sample_rate)


def _is_empty(stream: "AudioStream", container: "InputContainer") -> bool:
    """True for a track without samples, which recorders leave behind.

    Its sample table lists nothing beside tracks that have some, or its format is unknown after reading for a while.
    """
    context = stream.codec_context
    if codec_name(stream) in AUDIO_CODECS and not (context.sample_rate and context.channels):
        return True
    counts = any(other.frames for other in container.streams.video)
    return counts and "mov" in container.format.name and not stream.frames


def _preferred(streams: "Sequence[S]", codecs: frozenset[str]) -> "S | None":
    """The default stream, else the first, among those with a codec of the list."""
    from av.stream import Disposition

    usable = [stream for stream in streams if codec_name(stream) in codecs]
    return next((s for s in usable if s.disposition & Disposition.default), next(iter(usable), None))


def codec_name(stream: "VideoStream | AudioStream") -> str:
    """The codec's name, not the decoder's: av1 for libdav1d, mp3 for mp3float."""
    import av

    context = stream.codec_context
    if context is None:
        return ""
    try:
        return {"libdav1d": "av1", "mp3float": "mp3"}.get(context.codec.name, context.codec.name)
    except (av.error.FFmpegError, ValueError):
        return ""
