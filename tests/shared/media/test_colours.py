"""Colours come out as they went in, whatever space and range the source has."""

from pathlib import Path
from typing import NamedTuple

import pytest

from tests.shared.media.engine import decode, transcode
from tests.shared.media.making import ffmpeg

BARS = ((220, 20, 20), (20, 220, 20), (20, 20, 220), (200, 200, 200))
"""Red, green, blue and grey from left to right."""
PQ = ((172, 13, 13), (20, 174, 13), (13, 13, 173), (161, 161, 161))
HLG = ((173, 15, 15), (5, 174, 15), (12, 13, 173), (161, 161, 161))
"""What Hable's curve makes of the bars: it bends highlights instead of cutting them, and darkens what lies below."""
FROM_RGB = "zscale=pin=bt709:tin=bt709:min=gbr:rin=full"


class Space(NamedTuple):
    """A way to write a picture down: FFmpeg's filters from RGB, its marks, and what becomes of the bars."""

    filters: str
    marks: tuple[str, ...] = ()
    size: str = "320x240"
    expected: tuple[tuple[int, int, int], ...] = BARS


def marks(primaries: str, transfer: str, matrix: str, color_range: str = "tv") -> tuple[str, ...]:
    """What a file says about its colours."""
    told = ("-color_primaries", primaries, "-color_trc", transfer, "-colorspace", matrix)
    return (*told, "-color_range", color_range)


def classic(matrix: str, color_range: str = "tv", pixels: str = "yuv420p", mark: str = "") -> str:
    """8 or 10 bits in the gamut of BT.709."""
    marked = f"setparams=colorspace={mark or matrix}:range={color_range}"
    return f"scale=out_color_matrix={matrix}:out_range={color_range},format={pixels},{marked}"


def wide(transfer: str, color_range: str = "limited") -> str:
    """10 bits in the gamut of BT.2020, white at 203 cd/m²."""
    return f"{FROM_RGB}:t={transfer}:p=bt2020:m=bt2020nc:r={color_range}:npl=203,format=yuv420p10le"


SPACES = {
    "601": Space(classic("smpte170m"), marks("smpte170m", "smpte170m", "smpte170m")),
    "709": Space(classic("bt709"), marks("bt709", "bt709", "bt709")),
    "untagged": Space(classic("smpte170m", mark="unknown")),
    "untagged_high": Space(classic("bt709", mark="unknown"), size="640x720"),
    "full_range": Space(classic("bt709", "pc", "yuvj420p"), marks("bt709", "bt709", "bt709", "pc")),
    "ten_bit_full_range": Space(classic("bt709", "pc", "yuv420p10le"), marks("bt709", "bt709", "bt709", "pc")),
    "2020": Space(wide("2020_10"), marks("bt2020", "bt2020-10", "bt2020nc")),
    "pq": Space(wide("smpte2084"), marks("bt2020", "smpte2084", "bt2020nc"), expected=PQ),
    "hlg": Space(wide("arib-std-b67"), marks("bt2020", "arib-std-b67", "bt2020nc"), expected=HLG),
}


@pytest.mark.parametrize("name", SPACES)
def test_colours_are_kept(tmp_path: Path, name: str) -> None:
    space = SPACES[name]
    source = tmp_path / "bars.mp4"
    low, high, grey = 20, 220, 200
    formulas = [f"if(eq(floor(4*X/W),3),{grey},if(eq(floor(4*X/W),{bar}),{high},{low}))" for bar in range(3)]
    planes = ":".join(f"{plane}='{formula}'" for plane, formula in zip("rgb", formulas, strict=True))
    pattern = f"color=black:s={space.size}:r=10:d=0.3,format=gbrp,geq={planes},{space.filters}"
    x264 = ("-c:v", "libx264", "-crf", "5", "-preset", "ultrafast")
    ffmpeg("-f", "lavfi", "-i", pattern, *x264, *space.marks, source)
    done = transcode(source, tmp_path / "out")
    seen = bars(done.path(f"{done.lowest}.mp4"))
    for colour, expected in zip(seen, space.expected, strict=True):
        assert colour == pytest.approx(expected, abs=5)


def bars(path: Path) -> list[tuple[int, ...]]:
    """The middle of each bar of the first picture, read as what every stream is: BT.709 in studio range."""
    view = "scale=80:60:flags=area:in_color_matrix=bt709:in_range=tv:out_range=pc,format=rgb24"
    raw = decode("-i", path, "-frames:v", "1", "-vf", view, "-f", "rawvideo")
    middle = [3 * (30 * 80 + 10 + 20 * bar) for bar in range(4)]
    return [tuple(raw[at : at + 3]) for at in middle]
