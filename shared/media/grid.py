"""What fragmenting and packaging must know of a plan, whatever it is a plan of."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Protocol

from shared.media.ladder import Rung
from shared.media.timeline import Span


class GridRun(Protocol):
    """Contiguous frames that one worker encodes."""

    @property
    def index(self) -> int:
        """Number of the run, from 0."""
        ...

    @property
    def span(self) -> Span:
        """Its frames."""
        ...


class Grid(Protocol):
    """Frames, groups of pictures, runs and renditions of one output."""

    @property
    def frame_rate(self) -> Fraction:
        """Frames per second."""
        ...

    @property
    def timescale(self) -> int:
        """Ticks per second of the video's track."""
        ...

    @property
    def frame_duration(self) -> int:
        """Ticks per frame."""
        ...

    @property
    def gop(self) -> int:
        """Frames of a group of pictures; the last one of a run may be shorter."""
        ...

    @property
    def runs(self) -> Sequence[GridRun]:
        """All runs in order."""
        ...

    @property
    def rungs(self) -> Sequence[Rung]:
        """All renditions, the largest first."""
        ...

    @property
    def has_audio(self) -> bool:
        """Whether there is sound."""
        ...

    def seconds(self, frames: int) -> Fraction:
        """How long so many frames last."""
        ...

    def rung(self, name: str) -> Rung:
        """The rendition of that name; KeyError when there is none."""
        ...
