"""What an outside encoder's report means."""

import re
from dataclasses import dataclass, field

from shared.domains.videos.model import PublishedMedia, Variant, Video
from shared.domains.videos.rules.addresses import file_name

OUTSIDE = "outside"
ENCODER_FAILED = "ENCODER_FAILED"
NO_REASON = "The encoder could not process the video and gave no reason"

_RUNG = re.compile(r"\d{2,4}p")


@dataclass(frozen=True)
class Report:
    """A report: what was made, or why nothing was. `variants` are addresses by rung; `duration` in seconds."""

    video_id: str
    succeeded: bool
    variants: dict[str, str] = field(default_factory=dict)
    duration: float | None = None
    thumbnail_url: str = ""
    error_message: str = ""


def is_rung(name: str) -> bool:
    """Whether a name is that of a rung, for example 1080p."""
    return _RUNG.fullmatch(name) is not None


def published(report: Report, video: Video, base: str) -> PublishedMedia:
    """The media of a report. A file under our own media address (`base`) is ours; others keep their address."""
    names = sorted(report.variants, key=lambda name: int(name[:-1]), reverse=True)
    return PublishedMedia(
        duration=report.duration or video.duration or 0,
        width=video.width,
        height=video.height,
        variants=tuple(_variant(name, report.variants[name], video, base) for name in names),
        has_poster=False,
        poster_url=report.thumbnail_url,
        version=video.version,
    )


def _variant(name: str, url: str, video: Video, base: str) -> Variant:
    ours = file_name(url, base, video.id) == f"{name}.mp4"
    return Variant(name, width=0, height=0, size=0, bitrate=0, url="" if ours else url)
