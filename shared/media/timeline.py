"""The output's frame grid: groups of pictures, segments and runs, all counted in frames."""

from dataclasses import dataclass
from fractions import Fraction

GOP_SECONDS = 2
GOPS_PER_SEGMENT = 3
SLOWEST_CLOCK = 10_000


@dataclass(frozen=True)
class Span:
    """Consecutive frames of the output."""

    start: int
    frames: int

    @property
    def end(self) -> int:
        """The first frame after it."""
        return self.start + self.frames


def clock(frame_rate: Fraction) -> tuple[int, int]:
    """(timescale, duration of a frame in it): exact, and fine enough for players."""
    factor = 1
    while frame_rate.numerator * factor < SLOWEST_CLOCK:
        factor *= 2
    return frame_rate.numerator * factor, frame_rate.denominator * factor


def gop_frames(frame_rate: Fraction) -> int:
    """Frames of one group of pictures, about two seconds."""
    return max(1, round(GOP_SECONDS * frame_rate))


def segments(frames: int, gop: int) -> list[Span]:
    """Segments of three groups each; a tail that is shorter than one group goes to the segment before."""
    length = gop * GOPS_PER_SEGMENT
    starts = list(range(0, frames, length))
    if len(starts) > 1 and frames - starts[-1] < gop:
        starts.pop()
    return [Span(start, end - start) for start, end in zip(starts, [*starts[1:], frames], strict=True)]


def spread(groups: int, most: int) -> tuple[int, ...]:
    """Numbers of at most so many of some groups, in the middles of equal parts of them."""
    chosen = min(most, groups)
    return tuple((2 * number + 1) * groups // (2 * chosen) for number in range(chosen))
