"""Facts of a source by way of FFmpeg's libraries. Runs in the probe's child process only."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import islice, pairwise
from typing import TYPE_CHECKING, Any

from shared.media.choosing import choose_audio, choose_video, codec_name
from shared.media.command import AUDIO_DECODERS, MAX_PIXELS, PICTURE_DECODERS, VIDEO_DECODERS
from shared.media.errors import MediaError, MediaErrorCode
from shared.media.facts import Hdr, SourceFacts, VideoFacts
from shared.media.frame_rates import TOLERANCE, output_rate

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

MICROSECONDS = 1_000_000
HDR_OF_TRANSFER: dict[int, Hdr] = {16: "hdr10", 18: "hlg"}
"""Transfer code points of ITU-T H.273: SMPTE ST 2084 (PQ) and ARIB STD-B67."""
INTERLACED_ORDERS = frozenset({2, 3, 4, 5})
"""FFmpeg's field orders other than unknown (0) and progressive (1)."""
OVERSIZED = "Picture size"
"""How FFmpeg begins to say that a picture has more pixels than it was allowed to decode, or than there can be."""
FRAMES_LOOKED_AT = 4
PACKETS_LOOKED_AT = 2000
"""How far the first decodable frame may be."""


@dataclass(frozen=True)
class Look:
    """What the first decoded frames say."""

    width: int
    height: int
    start_pts: int
    rotation: int
    has_matrix: bool
    is_interlaced: bool
    pixel_format: str
    bit_depth: int
    transfer: int
    primaries: int
    matrix: int


@dataclass(frozen=True)
class Scan:
    """What the packets up to the end say: seconds between the first frame and the end, and how many there are."""

    end: Fraction
    packets: int


def read_facts(url: str, demuxer: str, size: int) -> SourceFacts:
    """The facts of the file at a loopback address; MediaError when it cannot become a stream."""
    with opened(url, demuxer, (*VIDEO_DECODERS, *AUDIO_DECODERS, *PICTURE_DECODERS)) as container:
        return _facts(container, demuxer, size)


@contextmanager
def opened(url: str, demuxer: str, decoders: Sequence[str], *, is_picture: bool = False) -> "Iterator[InputContainer]":
    """The container at a loopback address, open with these decoders alone; MediaError when it is damaged.

    FFmpeg is listened to where it opens a still picture: nothing else tells one that is too large from a damaged one.
    """
    import av

    av.logging.set_level(av.logging.ERROR if is_picture else None)
    options = {
        "format_whitelist": demuxer,
        "protocol_whitelist": "http,tcp",
        "codec_whitelist": ",".join(decoders),
        # before the streams are known, pictures are decoded to learn what they are
        "max_pixels": str(MAX_PIXELS),
        "threads": "1",
        **({"enable_drefs": "0", "use_absolute_path": "0"} if demuxer == "mov" else {}),
    }
    # its type stub gives __exit__ other arguments than it has
    listening: Any = av.logging.Capture(local=False) if is_picture else nullcontext(())
    with listening as said:
        try:
            with av.open(url, format=demuxer, options=options, timeout=30) as container:
                yield container
        except (av.error.FFmpegError, MemoryError) as error:
            if any(message.startswith(OVERSIZED) for _, _, message in said):
                raise MediaError(MediaErrorCode.TOO_MANY_PIXELS, "The picture is too large.") from error
            raise MediaError(MediaErrorCode.INVALID_MEDIA, "The file is damaged and cannot be read.") from error


def _facts(container: "InputContainer", demuxer: str, size: int) -> SourceFacts:
    video = choose_video(container)
    audio = choose_audio(container)
    look = _look(container, video)
    if demuxer == "avi":  # it has no times of presentation: what a library makes up differs between its versions
        look = replace(look, start_pts=video.start_time or 0)
    start = look.start_pts * _time_base(video)
    duration = _declared_duration(container, video, start, demuxer)
    if duration is None:
        duration = _scan(container, video).end - start
    return SourceFacts(
        size=size,
        demuxer=demuxer,
        format_start=Fraction(container.start_time or 0, MICROSECONDS),
        video=_video_facts(video, look, duration),
        audio=audio,
    )


def _time_base(video: "VideoStream") -> Fraction:
    return Fraction(video.time_base or Fraction(1, 90_000))


def _look(container: "InputContainer", video: "VideoStream") -> Look:
    """Decode the first frames: what a decoder makes of them counts, whatever the container says."""
    frames = list(_first_frames(container, video))
    if not frames:
        raise MediaError(MediaErrorCode.INVALID_MEDIA, "No frame of the video can be decoded.")
    first, context = frames[0], video.codec_context
    return Look(
        width=first.width,
        height=first.height,
        start_pts=first.pts or 0,
        rotation=(-first.rotation) % 360,
        has_matrix=first.side_data.get("DISPLAYMATRIX") is not None,
        is_interlaced=int(context.field_order or 0) in INTERLACED_ORDERS or any(f.interlaced_frame for f in frames),
        pixel_format=first.format.name,
        bit_depth=max(component.bits for component in first.format.components),
        transfer=int(first.color_trc),
        primaries=int(first.color_primaries),
        matrix=int(first.colorspace),
    )


def _first_frames(container: "InputContainer", video: "VideoStream") -> "Iterable[VideoFrame]":
    import av

    found = 0
    for packet in islice(container.demux(video), PACKETS_LOOKED_AT):
        try:
            frames = packet.decode()
        except av.error.InvalidDataError:
            continue
        for frame in frames:
            yield frame
            found += 1
        if found >= FRAMES_LOOKED_AT:
            return


def _declared_duration(
    container: "InputContainer", video: "VideoStream", start: Fraction, demuxer: str
) -> Fraction | None:
    """The video stream's own duration where the container has a trustworthy one."""
    if demuxer not in {"mov", "mpegts", "mxf", "avi"} or not video.duration:
        return None
    if demuxer == "mov" and not video.frames:
        return None
    begin = (video.start_time or 0) * _time_base(video)
    return begin + video.duration * _time_base(video) - start


def _scan(container: "InputContainer", video: "VideoStream") -> Scan:
    """Read packets up to the end: only the last ones where the file can be searched, else all of them."""
    import av

    end = (container.start_time or 0) + (container.duration or 0)
    for position in (end, 0) if container.duration else (0,):
        try:
            container.seek(position)
        except av.error.FFmpegError:
            continue
        found = _read_to_end(container, video)
        if found:
            return found
    return Scan(Fraction(0), 0)


def _read_to_end(container: "InputContainer", video: "VideoStream") -> Scan | None:
    last, packets, duration = 0, 0, 0
    times: list[int] = []
    for packet in container.demux(video):
        if packet.pts is None:
            continue
        packets += 1
        times = [*times[-16:], packet.pts]
        last, duration = max(last, packet.pts), packet.duration or duration
    if not packets:
        return None
    return Scan((last + (duration or _typical_step(times))) * _time_base(video), packets)


def _typical_step(times: list[int]) -> int:
    """The middle one of the distances between time stamps."""
    steps = sorted(later - earlier for earlier, later in pairwise(sorted(times)))
    return steps[len(steps) // 2] if steps else 0


def _video_facts(video: "VideoStream", look: Look, duration: Fraction) -> VideoFacts:
    average, base = video.average_rate, video.base_rate
    rate = output_rate(average, base, _time_base(video))
    aspect = video.sample_aspect_ratio or Fraction(1)
    aspect = aspect if aspect > 0 else Fraction(1)
    shown = max(1, round(look.width * aspect)), look.height
    if look.rotation % 180:
        shown = shown[1], shown[0]
    return VideoFacts(
        index=video.index,
        codec=codec_name(video),
        width=look.width,
        height=look.height,
        display_width=shown[0],
        display_height=shown[1],
        sample_aspect=aspect,
        rotation=look.rotation,
        has_matrix=look.has_matrix,
        pixel_format=look.pixel_format,
        bit_depth=look.bit_depth,
        frame_rate=rate,
        average_rate=float(average or 0),
        base_rate=float(base or 0),
        is_variable=bool(average and base and abs(average - base) > base * TOLERANCE),
        start_pts=look.start_pts,
        time_base=_time_base(video),
        duration=max(duration, 1 / rate),
        frames=video.frames or None,
        interlaced=look.is_interlaced,
        hdr=HDR_OF_TRANSFER.get(look.transfer, "none"),
        colour_transfer=look.transfer,
        colour_primaries=look.primaries,
        colour_matrix=look.matrix,
        key_frame_distance=_key_frame_distance(video),
    )


def _key_frame_distance(video: "VideoStream") -> float | None:
    """From the container's index, where it has one with every key frame."""
    times = [entry.timestamp for entry in video.index_entries if entry.is_keyframe]
    if len(times) < 2:
        return None
    return float(max(later - earlier for earlier, later in pairwise(times)) * _time_base(video))
