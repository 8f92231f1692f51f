"""The renditions of a source: their sizes and rates. How each is encoded is in encoders.py."""

from dataclasses import dataclass
from fractions import Fraction

from shared.media.encoders import ENCODERS, PEAK_KBITS, Codec

RUNGS = (2160, 1440, 1080, 720, 480)
"""Lengths of the shorter side, in pixels."""

FAST_MOTION = Fraction(3, 2)
"""More bits for more than 30 frames a second."""
BUFFER = Fraction(3, 2)
"""Seconds of the peak rate that the decoder's buffer holds."""


@dataclass(frozen=True)
class Rung:
    """One rendition: even width and height in pixels, peak rate and buffer in kbit/s and kbit."""

    name: str
    width: int
    height: int
    peak_kbits: int
    buffer_kbits: int


def rungs(display_width: int, display_height: int, frame_rate: Fraction, codec: Codec = "h264") -> list[Rung]:
    """The rungs of a source, largest first: never above it, and at least one. See also `extra_rungs`."""
    short = min(display_width, display_height)
    heights = [rung for rung in RUNGS if rung <= short] or [short]
    return [
        _rung(height, Fraction(height, short), display_width, display_height, frame_rate, codec) for height in heights
    ]


def extra_rungs(display_width: int, display_height: int, frame_rate: Fraction, codec: Codec) -> list[Rung]:
    """The rungs of a source in a codec besides H.264, as far as its encoder takes them."""
    encoder = ENCODERS[codec, "cpu"]
    ladder = rungs(display_width, display_height, frame_rate, codec)
    return [rung for rung in ladder if encoder.takes(rung.width, rung.height)]


def _rung(height: int, scale: Fraction, display_width: int, display_height: int, rate: Fraction, codec: Codec) -> Rung:
    peak = peak_kbits(height, codec) * (FAST_MOTION if rate > 30 else 1)
    return Rung(
        name=f"{height}p" if codec == "h264" else f"{height}p-{codec}",
        width=even(display_width * scale),
        height=even(display_height * scale),
        peak_kbits=round(peak),
        buffer_kbits=round(peak * BUFFER),
    )


def peak_kbits(short_side: int, codec: Codec) -> int:
    """The table's peak rate; between and below its rows as 1080's, scaled by the size to the power of 1.5."""
    row = PEAK_KBITS.get((codec, short_side))
    return row or 100 + int(PEAK_KBITS[codec, 1080] * (short_side / 1080) ** 1.5)


def fitted(width: int, height: int, side: int) -> tuple[int, int]:
    """A picture's even width and height where no side is longer than `side`; it is never made larger."""
    shrink = min(Fraction(1), Fraction(side, max(width, height)))
    return even(width * shrink), even(height * shrink)


def even(length: Fraction) -> int:
    """The nearest even number of pixels, at least two."""
    return max(2, 2 * round(length / 2))
