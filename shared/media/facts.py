"""What a probe learns about a source. Immutable, and the same after a round trip through JSON."""

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal, Self

Hdr = Literal["none", "hdr10", "hlg"]
BT2020 = 9
"""Colour primaries of ITU-R BT.2020, a code point of ITU-T H.273."""
EXACT = re.compile(r"-?\d{1,40}(/\d{1,40})?")
FRACTIONS = frozenset({"sample_aspect", "frame_rate", "start", "time_base", "duration", "format_start"})


def fraction_of(told: object) -> Fraction:
    """A fraction that was written as "num/den" or "num"; ValueError for all else, such as exponents of any size."""
    if not isinstance(told, str) or not EXACT.fullmatch(told):
        raise ValueError(f"{told!r:.40} is no fraction")
    return Fraction(told)


class Jsonable:
    """JSON of a flat dataclass whose exact numbers are fractions, written as "num/den"."""

    def to_json(self) -> dict[str, Any]:
        """Plain values only."""
        return {
            key: f"{value.numerator}/{value.denominator}" if isinstance(value, Fraction) else value
            for key, value in vars(self).items()
        }

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Self:
        """The inverse of `to_json`; TypeError when a member is missing or unknown, ValueError for a bad number."""
        return cls(**{key: fraction_of(told) if key in FRACTIONS else told for key, told in value.items()})


@dataclass(frozen=True)
class VideoFacts(Jsonable):
    """The video stream that is encoded. Times are in seconds, sizes in pixels."""

    index: int
    codec: str
    width: int
    height: int
    """Coded size, before rotation and pixel aspect."""
    display_width: int
    display_height: int
    """Size on the screen: square pixels, rotated."""
    sample_aspect: Fraction
    rotation: int
    """Degrees clockwise that a player turns the picture: 0, 90, 180 or 270."""
    has_matrix: bool
    """FFmpeg turns or mirrors the picture by itself before any filter of ours."""
    pixel_format: str
    bit_depth: int
    frame_rate: Fraction
    """Constant rate of the output, see frame_rates.py."""
    average_rate: float
    base_rate: float
    is_variable: bool
    start_pts: int
    """Time of the first decodable frame, in `time_base`."""
    time_base: Fraction
    duration: Fraction
    frames: int | None
    interlaced: bool
    hdr: Hdr
    colour_transfer: int
    colour_primaries: int
    colour_matrix: int
    """Code points of ITU-T H.273; 2 is unspecified."""
    key_frame_distance: float | None
    """Longest distance between key frames in seconds, where an index says so."""


@dataclass(frozen=True)
class AudioFacts(Jsonable):
    """The audio stream that is encoded."""

    index: int
    codec: str
    channels: int
    sample_rate: int


@dataclass(frozen=True)
class SourceFacts:
    """One source, as the planner sees it."""

    size: int
    demuxer: str
    format_start: Fraction
    """Smallest time stamp of any stream, in seconds: what a seek is relative to."""
    video: VideoFacts
    audio: AudioFacts | None

    @property
    def duration(self) -> Fraction:
        """Seconds of video."""
        return self.video.duration

    @property
    def start(self) -> Fraction:
        """Time of the first video frame in seconds."""
        return self.video.start_pts * self.video.time_base

    def to_json(self) -> dict[str, Any]:
        """Plain values only."""
        return {
            "size": self.size,
            "demuxer": self.demuxer,
            "format_start": f"{self.format_start.numerator}/{self.format_start.denominator}",
            "video": self.video.to_json(),
            "audio": self.audio.to_json() if self.audio else None,
        }

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "SourceFacts":
        """The inverse of `to_json`."""
        audio = value["audio"]
        return cls(
            size=value["size"],
            demuxer=value["demuxer"],
            format_start=fraction_of(value["format_start"]),
            video=VideoFacts.from_json(value["video"]),
            audio=AudioFacts.from_json(audio) if audio else None,
        )
