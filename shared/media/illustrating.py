"""What is made of a video besides its stream: the storyboard and the preview, from one pass over the lowest rung."""

from collections.abc import Sequence

from shared.media import preview, storyboard
from shared.media.excerpts import Excerpts, groups_of
from shared.media.grid import Grid
from shared.media.indexes import RunIndex
from shared.media.ladder import Rung
from shared.media.layout import Layout
from shared.media.package import Illustration
from shared.media.playlists import STORYBOARD

ILLUSTRATIONS = (storyboard.SHEET, STORYBOARD, preview.NAME)


class Illustrations:
    """A drawing of the lowest rung; see package.Drawing."""

    def __init__(self, ffmpeg_path: str, grid: Grid, rung: Rung, runs: Sequence[RunIndex], layout: Layout) -> None:
        """FFmpeg will decode some key frames and moments, and encode a sheet and a clip of seconds."""
        self._ffmpeg_path = ffmpeg_path
        groups = groups_of(runs)
        self._tiles = storyboard.tiles(groups)
        self._frames = preview.moment_frames(grid, len(groups))
        self._moments = preview.samples(grid, groups, self._frames)
        self._excerpts = Excerpts(grid, rung, runs, layout, dict.fromkeys(self._tiles, 1) | self._moments)

    def take(self, data: bytes) -> None:
        """The next bytes of the file."""
        self._excerpts.take(data)

    def draw(self) -> list[Illustration]:
        """The sheet, the file that tells what is on it, and the clip."""
        sheet = storyboard.draw_sheet(self._excerpts, self._tiles, self._ffmpeg_path)
        cues = storyboard.cues(self._excerpts, self._tiles).encode()
        clip = preview.make_preview(self._excerpts, self._moments, self._frames, self._ffmpeg_path)
        types = ("image/jpeg", storyboard.CUES_TYPE, preview.CONTENT_TYPE)
        return [Illustration(*made) for made in zip(ILLUSTRATIONS, types, (sheet, cues, clip), strict=True)]
