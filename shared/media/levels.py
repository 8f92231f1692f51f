"""Codec strings of renditions that are still to be made: the level of H.264 that a size, a rate and a buffer take."""

from fractions import Fraction

from shared.media.ladder import Rung

HELD = 4
"""Pictures that a decoder holds for x264's presets with pictures in both directions."""
HIGH = Fraction(5, 4)
"""Bits of the profile High over those of the table."""
LEVELS = (
    (10, 1_485, 99, 396, 64, 175),
    (11, 3_000, 396, 900, 192, 500),
    (12, 6_000, 396, 2_376, 384, 1_000),
    (13, 11_880, 396, 2_376, 768, 2_000),
    (20, 11_880, 396, 2_376, 2_000, 2_000),
    (21, 19_800, 792, 4_752, 4_000, 4_000),
    (22, 20_250, 1_620, 8_100, 4_000, 4_000),
    (30, 40_500, 1_620, 8_100, 10_000, 10_000),
    (31, 108_000, 3_600, 18_000, 14_000, 14_000),
    (32, 216_000, 5_120, 20_480, 20_000, 20_000),
    (40, 245_760, 8_192, 32_768, 20_000, 25_000),
    (41, 245_760, 8_192, 32_768, 50_000, 62_500),
    (42, 522_240, 8_704, 34_816, 50_000, 62_500),
    (50, 589_824, 22_080, 110_400, 135_000, 135_000),
    (51, 983_040, 36_864, 184_320, 240_000, 240_000),
    (52, 2_073_600, 36_864, 184_320, 240_000, 240_000),
)
"""Level times ten: macroblocks a second, of a picture, of all pictures held; kbit/s; kbit of the buffer.

ITU-T H.264, table A-1."""


def expected_codec(rung: Rung, frame_rate: Fraction, lowest: str) -> str:
    """The codec string of a rung, by that of the lowest one, which is known: the profile is the same for all."""
    return f"{lowest[:-2]}{_level(rung, frame_rate):02X}"


def _level(rung: Rung, frame_rate: Fraction) -> int:
    wide, high = -(-rung.width // 16), -(-rung.height // 16)
    blocks = wide * high
    for level, rate, picture, held, kbits, buffer in LEVELS:
        fits = blocks <= picture and max(wide, high) ** 2 <= 8 * picture and blocks * HELD <= held
        if (
            fits
            and blocks * frame_rate <= rate
            and rung.peak_kbits <= kbits * HIGH
            and rung.buffer_kbits <= buffer * HIGH
        ):
            return level
    return LEVELS[-1][0]
