"""What a probe learns about pictures and sounds that scenes are made of; of videos it is facts.py that says so."""

from dataclasses import asdict, dataclass
from fractions import Fraction
from typing import Any

from shared.media.facts import AudioFacts, fraction_of


@dataclass(frozen=True)
class ImageFacts:
    """A still picture. Sizes are in pixels, upright."""

    size: int
    demuxer: str
    width: int
    height: int
    has_alpha: bool

    def to_json(self) -> dict[str, Any]:
        """Plain values only."""
        return {"image": asdict(self)}

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "ImageFacts":
        """The inverse of `to_json`."""
        return cls(**value["image"])


@dataclass(frozen=True)
class SoundFacts:
    """A source of which only the sound counts. Times are in seconds; `start` is that of the first sample."""

    size: int
    demuxer: str
    audio: AudioFacts
    format_start: Fraction
    start: Fraction
    duration: Fraction

    def to_json(self) -> dict[str, Any]:
        """Plain values only."""
        times = {name: str(getattr(self, name)) for name in ("format_start", "start", "duration")}
        return {"sound": {**times, "size": self.size, "demuxer": self.demuxer, "audio": self.audio.to_json()}}

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "SoundFacts":
        """The inverse of `to_json`."""
        sound = value["sound"]
        times = {name: fraction_of(sound[name]) for name in ("format_start", "start", "duration")}
        return cls(sound["size"], sound["demuxer"], AudioFacts.from_json(sound["audio"]), **times)
