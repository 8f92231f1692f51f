"""The storyboard: one sheet of small pictures over the whole video, and a WebVTT file that says which shows what.

A picture is the key frame of a group of the lowest rung. A long video has one of every so many groups: there are never
more than a sheet holds.
"""

from collections.abc import Sequence
from fractions import Fraction

from shared.media import filters
from shared.media.command import Command, Input
from shared.media.excerpts import Excerpts
from shared.media.indexes import FragmentIndex
from shared.media.ladder import fitted
from shared.media.pictures import jpeg_output, run_for_jpeg
from shared.media.runner import MEGABYTE, Limits

SHEET = "storyboard.jpg"
CUES_TYPE = "text/vtt"
MOST_TILES, COLUMNS = 100, 10
MOST_BYTES = 64 * MEGABYTE
"""Of all key frames together, which are in memory; only renders, whose one rung may be large, come near it."""
TILE_SIDE = 160
"""Pixels of a picture's longer side."""
LIMITS = Limits(wall_seconds=120, cpu_seconds=120, stall_seconds=60)


def tiles(groups: Sequence[FragmentIndex]) -> list[int]:
    """Numbers of the groups of pictures that are on the sheet: every so many, as many as it and memory hold."""
    step = -(-len(groups) // MOST_TILES)
    while step < len(groups) and sum(group.sizes[0] for group in groups[::step]) > MOST_BYTES:
        step += 1
    return list(range(0, len(groups), step))


def tile_size(excerpts: Excerpts) -> tuple[int, int]:
    """Width and height of a picture in pixels."""
    return fitted(excerpts.rung.width, excerpts.rung.height, TILE_SIDE)


def draw_sheet(excerpts: Excerpts, numbers: list[int], ffmpeg_path: str) -> bytes:
    """The sheet, a JPEG: rows of pictures of those groups, from left to right."""
    film = excerpts.film(dict.fromkeys(numbers, 1))
    source = Input("pipe:0", "mov", "pipe", seconds=float(excerpts.grid.seconds(excerpts.grid.gop * len(numbers))) + 1)
    (width, height), columns = tile_size(excerpts), min(COLUMNS, len(numbers))
    tile = f"tile={columns}x{-(-len(numbers) // columns)}:nb_frames={len(numbers)}"
    # in RGB, since what is left over of a sheet is not black otherwise
    small = f"scale={width}:{height}:flags=bicubic:in_color_matrix=bt709,format=gbrp"
    graph = f"[0:v]{small},{tile},scale={filters.JPEG_COLOURS}[sheet]"
    return run_for_jpeg(Command(source, (jpeg_output("[sheet]"),), graph), ffmpeg_path, LIMITS, film)


def cues(excerpts: Excerpts, numbers: list[int]) -> str:
    """The WebVTT file: each picture holds until the next one."""
    width, height = tile_size(excerpts)
    bounds = excerpts.bounds()
    times = [*(_time(bounds[number]) for number in numbers), _time(bounds[-1])]
    lines = ["WEBVTT", ""]
    for place, _ in enumerate(numbers):
        row, column = divmod(place, COLUMNS)
        lines += [
            f"{times[place]} --> {times[place + 1]}",
            f"{SHEET}#xywh={column * width},{row * height},{width},{height}",
            "",
        ]
    return "\n".join(lines)


def _time(seconds: Fraction) -> str:
    minutes, millis = divmod(round(seconds * 1000), 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{millis // 1000:02}.{millis % 1000:03}"
