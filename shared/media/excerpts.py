"""Excerpts of a rendition's file, kept while it is written: pictures are made of it without reading it again."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import accumulate

from shared.media.fragmenting import REORDERING, video_header
from shared.media.grid import Grid
from shared.media.indexes import FragmentIndex, RunIndex
from shared.media.ladder import Rung
from shared.media.layout import Layout
from shared.media.mp4.writing import fragment, init_segment


class Excerpts:
    """The first samples, in decoding order, of some groups of pictures of a rung."""

    def __init__(
        self,
        grid: Grid,
        rung: Rung,
        runs: Sequence[RunIndex],
        layout: Layout,
        wanted: Mapping[int, int],
    ) -> None:
        """`wanted` says how many samples of which group of pictures are kept, by its number in the file from 0."""
        self.grid = grid
        self.rung = rung
        self._header = video_header(grid, rung, runs[0].stsd)
        self._groups = groups = groups_of(runs)
        self._kept = {number: bytearray() for number in sorted(wanted)}
        self._ranges = [
            (start := layout.fragments[number].offset + groups[number].moof + 8, start + size, number)
            for number, size in ((number, sum(groups[number].sizes[: wanted[number]])) for number in self._kept)
        ]
        """Where each lies in the file: first byte, the one after its last, number of the group."""
        self._position = 0

    def take(self, data: bytes) -> None:
        """The next bytes of the file; it comes whole, from front to back."""
        end = self._position + len(data)
        while self._ranges and self._ranges[0][0] < end:
            first, last, number = self._ranges[0]
            self._kept[number] += data[max(0, first - self._position) : last - self._position]
            if last > end:
                break
            self._ranges.pop(0)
        self._position = end

    def bounds(self) -> list[Fraction]:
        """Seconds at which each group of the file begins, and the last one ends."""
        frames = accumulate((len(group.sizes) for group in self._groups), initial=0)
        return [self.grid.seconds(number) for number in frames]

    def film(self, wanted: Mapping[int, int]) -> bytes:
        """A fragmented MP4 of kept samples: the first frame of the n-th group in it is frame n x gop."""
        grid, header = self.grid, self._header
        parts = [init_segment(header, len(wanted) * grid.gop * grid.frame_duration)]
        for place, (number, samples) in enumerate(sorted(wanted.items())):
            group = self._groups[number]
            sizes = group.sizes[:samples]
            late = [offset * grid.frame_duration for offset in group.offsets[:samples]]
            data = bytes(self._kept[number][: sum(sizes)])
            parts += fragment(place + 1, place * grid.gop * grid.frame_duration, header, sizes, late, data)
        return b"".join(parts)


def groups_of(runs: Sequence[RunIndex]) -> list[FragmentIndex]:
    """All groups of pictures of a file."""
    return [group for run in runs for group in run.fragments]


def samples_until(group: FragmentIndex, frames: int) -> int:
    """How many samples of a group have to be decoded to see its first so many frames."""
    shown = (number + offset - REORDERING for number, offset in enumerate(group.offsets))
    return 1 + max(number for number, place in enumerate(shown) if place < frames)
