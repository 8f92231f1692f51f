"""Probed sources, as the planner sees them."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

from shared.media.facts import AudioFacts, SourceFacts
from shared.media.scene_facts import ImageFacts, SoundFacts


@dataclass(frozen=True)
class Probed:
    """Facts of a source as JSON, from probe_source, and what names its exact bytes: a hash, or a key and its version.

    A source that is used both for its picture and for its sound alone has the facts of a video.
    """

    facts: Mapping[str, Any]
    identity: str

    @cached_property
    def video(self) -> SourceFacts | None:
        """Facts of a video."""
        return SourceFacts.from_json(dict(self.facts)) if "video" in self.facts else None

    @cached_property
    def image(self) -> ImageFacts | None:
        """Facts of a still picture."""
        return ImageFacts.from_json(dict(self.facts)) if "image" in self.facts else None

    @cached_property
    def sound(self) -> SoundFacts | None:
        """Facts of the sound: of a sound file, or of the sound of a video."""
        if "sound" in self.facts:
            return SoundFacts.from_json(dict(self.facts))
        video = self.video
        if video is None or video.audio is None:
            return None
        return SoundFacts(video.size, video.demuxer, video.audio, video.format_start, video.start, video.duration)

    @property
    def audio(self) -> AudioFacts | None:
        """The audio stream, if there is one."""
        return self.sound.audio if self.sound else None

    @property
    def duration(self) -> Fraction:
        """Seconds; 0 for a picture."""
        if self.video:
            return self.video.duration
        return self.sound.duration if self.sound else Fraction(0)

    def to_json(self) -> dict[str, Any]:
        """Plain values only."""
        return {"facts": dict(self.facts), "identity": self.identity}

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "Probed":
        """The inverse of `to_json`."""
        return cls(value["facts"], value["identity"])


Media = Mapping[str, Probed]
"""Probed sources by their `src`."""
