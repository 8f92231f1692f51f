"""HLS playlists (RFC 8216) over byte ranges."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple

from shared.media.scores import Vmaf

AUDIO_GROUP = "audio"
STORYBOARD = "storyboard.vtt"
STORYBOARD_ID = "showreel.storyboard"
"""HLS has no tag for small pictures; session data may name anything, and players that do not know it pass it by."""
MEDIA_TYPE = "application/vnd.apple.mpegurl"


class ByteRange(NamedTuple):
    """Part of an object, and how long it plays in seconds."""

    offset: int
    size: int
    seconds: Fraction


@dataclass(frozen=True)
class Variant:
    """One rendition in the master playlist. Bit rates are in bit/s and include the sound."""

    name: str
    width: int
    height: int
    frame_rate: float
    codecs: str
    bandwidth: int
    average_bandwidth: int
    iframe_bandwidth: int
    iframe_average_bandwidth: int
    size: int
    """Bytes of the rendition's file."""
    vmaf: Vmaf | None = None
    """None where it was not measured."""

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "Variant":
        """The inverse of `asdict`."""
        told, vmaf = dict(value), value.get("vmaf")
        told["vmaf"] = Vmaf(**vmaf) if vmaf else None
        return cls(**told)

    @property
    def file(self) -> str:
        """The object that is both the stream and the download."""
        return f"{self.name}.mp4"

    @property
    def is_common(self) -> bool:
        """Whether it is in H.264, which every player takes."""
        return self.codecs.startswith("avc")

    @property
    def video_codec(self) -> str:
        """The codec string of the picture alone."""
        return self.codecs.split(",")[0]


def target_duration(entries: Sequence[ByteRange]) -> int:
    """The longest entry, rounded to whole seconds, halves up; at least 1."""
    return max(1, int(max(entry.seconds for entry in entries) + Fraction(1, 2)))


def media_playlist(uri: str, header: ByteRange, entries: Sequence[ByteRange], *, iframes: bool = False) -> str:
    """A VOD playlist whose segments, or key frames, are ranges of one object; `header` is its init segment."""
    lines = ["#EXTM3U", "#EXT-X-VERSION:7", f"#EXT-X-TARGETDURATION:{target_duration(entries)}"]
    lines += ["#EXT-X-MEDIA-SEQUENCE:0", "#EXT-X-PLAYLIST-TYPE:VOD"]
    lines.append("#EXT-X-I-FRAMES-ONLY" if iframes else "#EXT-X-INDEPENDENT-SEGMENTS")
    lines.append(f'#EXT-X-MAP:URI="{uri}",BYTERANGE="{header.size}@{header.offset}"')
    for entry in entries:
        lines += [f"#EXTINF:{float(entry.seconds):.6f},", f"#EXT-X-BYTERANGE:{entry.size}@{entry.offset}", uri]
    return "\n".join([*lines, "#EXT-X-ENDLIST", ""])


def master_playlist(variants: Sequence[Variant], *, has_audio: bool, storyboard: str = "") -> str:
    """The playlist of all renditions, their shared sound and their key frames.

    storyboard  the relative address of the WebVTT file of small pictures, "" where there is none
    """
    lines = ["#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-INDEPENDENT-SEGMENTS"]
    if storyboard:
        lines.append(f'#EXT-X-SESSION-DATA:DATA-ID="{STORYBOARD_ID}",VALUE="{storyboard}"')
    if has_audio:
        lines.append(
            f'#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="{AUDIO_GROUP}",NAME="Audio",DEFAULT=YES,AUTOSELECT=YES,CHANNELS="2",URI="audio.m3u8"'
        )
    for variant in variants:
        audio = f',AUDIO="{AUDIO_GROUP}"' if has_audio else ""
        lines.append(
            f"#EXT-X-STREAM-INF:BANDWIDTH={variant.bandwidth},AVERAGE-BANDWIDTH={variant.average_bandwidth},"
            f'CODECS="{variant.codecs}",RESOLUTION={variant.width}x{variant.height},FRAME-RATE={variant.frame_rate:.3f}{audio}'
        )
        lines.append(f"{variant.name}.m3u8")
    lines += [
        f"#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH={variant.iframe_bandwidth},AVERAGE-BANDWIDTH={variant.iframe_average_bandwidth},"
        f'CODECS="{variant.video_codec}",RESOLUTION={variant.width}x{variant.height},URI="{variant.name}_i.m3u8"'
        for variant in variants
    ]
    return "\n".join([*lines, ""])


def peak_bits(entries: Sequence[ByteRange]) -> int:
    """RFC 8216's peak: the highest rate over neighbouring entries that last 0.5 to 1.5 target durations together."""
    target, peak = target_duration(entries), Fraction(0)
    for first in range(len(entries)):
        size, seconds = 0, Fraction(0)
        for entry in entries[first:]:
            size, seconds = size + entry.size, seconds + entry.seconds
            if seconds * 2 > target * 3:
                break
            if seconds * 2 >= target:
                peak = max(peak, size * 8 / seconds)
    return -(-peak.numerator // peak.denominator) or average_bits(entries)


def average_bits(entries: Sequence[ByteRange]) -> int:
    """All bits over all seconds, rounded up."""
    rate = sum(entry.size for entry in entries) * 8 / sum((entry.seconds for entry in entries), Fraction(0))
    return -(-rate.numerator // rate.denominator)
