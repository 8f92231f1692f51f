"""Facts of pictures and sounds by way of FFmpeg's libraries. Runs in the probe's child process only."""

from fractions import Fraction
from typing import TYPE_CHECKING

from shared.media.command import AUDIO_DECODERS, MAX_PIXELS, PICTURE_DECODERS
from shared.media.demuxing import MICROSECONDS, choose_audio, opened
from shared.media.errors import MediaError, MediaErrorCode
from shared.media.scene_facts import ImageFacts, SoundFacts

if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.container import InputContainer

TRUSTED_DURATIONS = frozenset({"mov", "matroska", "wav", "flac"})


def read_sound_facts(url: str, demuxer: str, size: int) -> SoundFacts:
    """The facts of the sound at a loopback address; MediaError when there is none that can be decoded."""
    with opened(url, demuxer, AUDIO_DECODERS) as container:
        audio = choose_audio(container)
        if audio is None:
            raise MediaError(MediaErrorCode.INVALID_MEDIA, "The file holds no sound.")
        stream = next(stream for stream in container.streams.audio if stream.index == audio.index)
        base = Fraction(stream.time_base or Fraction(1, audio.sample_rate))
        start = (stream.start_time or 0) * base
        duration = _duration(container, stream, base, start, demuxer)
        if duration <= 0:
            raise MediaError(MediaErrorCode.INVALID_MEDIA, "The sound has no duration.")
        return SoundFacts(size, demuxer, audio, Fraction(container.start_time or 0, MICROSECONDS), start, duration)


def read_image_facts(url: str, demuxer: str, size: int) -> ImageFacts:
    """The facts of the picture at a loopback address; it is decoded once."""
    with opened(url, demuxer, PICTURE_DECODERS, is_picture=True) as container:
        stream = container.streams.video[0]
        context = stream.codec_context
        if context.width * context.height > MAX_PIXELS:
            raise MediaError(MediaErrorCode.TOO_MANY_PIXELS, "The picture is too large.")
        context.options = {"max_pixels": str(MAX_PIXELS)}
        frame = next(container.decode(stream), None)
        if frame is None:
            raise MediaError(MediaErrorCode.INVALID_MEDIA, "The picture cannot be decoded.")
        width, height = (frame.width, frame.height)[:: -1 if frame.rotation % 180 else 1]
        has_alpha = frame.format.name == "pal8" or any(part.is_alpha for part in frame.format.components)
        return ImageFacts(size, demuxer, width, height, has_alpha)


def _duration(
    container: "InputContainer", stream: "AudioStream", base: Fraction, start: Fraction, demuxer: str
) -> Fraction:
    """Seconds of sound: as the container says where it can be trusted, else where its last packet ends."""
    if demuxer in TRUSTED_DURATIONS and stream.duration:
        return stream.duration * base
    end = start
    for packet in container.demux(stream):
        if packet.pts is not None:
            end = max(end, (packet.pts + (packet.duration or 0)) * base)
    return end - start
