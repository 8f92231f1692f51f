"""Which constant frame rate a source is shown at."""

from fractions import Fraction

STANDARD_RATES = tuple(
    Fraction(numerator, denominator)
    for numerator, denominator in (
        (24000, 1001), (24, 1), (25, 1), (30000, 1001), (30, 1), (48, 1), (50, 1), (60000, 1001), (60, 1),
        (100, 1), (120000, 1001), (120, 1), (240000, 1001), (240, 1),
    )
)  # fmt: skip
TOLERANCE = Fraction(1, 2500)
"""Tight enough to tell 30 from 30000/1001, which are 1/1001 apart."""
HIGHEST, LOWEST, FALLBACK = Fraction(60), Fraction(10), Fraction(30)
HIGHEST_BASE = 480
"""A base rate above this is a clock (1000, 90000), not a rate of frames."""
HIGHEST_STANDARD_BASE = 120
COARSE_CLOCK = Fraction(1, 1000)
"""Matroska's: too coarse to tell 24 from 24000/1001, where the declared average is right."""
LENGTH_SLACK = Fraction(1, 500)
"""How far a wrong length can move the average of a film with a constant rate."""


def output_rate(average: Fraction | None, base: Fraction | None, clock: Fraction = COARSE_CLOCK) -> Fraction:
    """The rate of the output: at most 60, at least 10 frames a second.

    `average` is frames over duration, `base` the lowest rate that every time stamp fits on, `clock` the time stamps'
    unit. Rates above 60 are halved, rates under 10 multiplied, so that the frames of the source stay on the grid.
    """
    rate = _source_rate(average or Fraction(0), base or Fraction(0), clock)
    while rate > HIGHEST:
        rate /= 2
    if rate < LOWEST:
        rate *= -(-LOWEST // rate)
    return rate


def source_grid(rate: Fraction, average: float, base: float, clock: Fraction) -> Fraction:
    """The source's own rate, of which the output's `rate` is a half or a quarter; else `rate` itself."""
    own = _source_rate(Fraction(average).limit_denominator(1001), Fraction(base).limit_denominator(1001), clock)
    return own if own / rate in {2, 4, 8} else rate


def _source_rate(average: Fraction, base: Fraction, clock: Fraction) -> Fraction:
    is_standard = base in STANDARD_RATES and base <= HIGHEST_STANDARD_BASE
    if is_standard and clock < COARSE_CLOCK and abs(average - base) <= base * LENGTH_SLACK:
        return base
    if average > 0:
        nearest = min(STANDARD_RATES, key=lambda rate: abs(average - rate))
        if abs(average - nearest) <= nearest * TOLERANCE:
            return nearest
        if is_standard:  # pauses lower the average; motion between them has the base rate
            return base
        if base <= HIGHEST_BASE and average * Fraction(2, 3) <= base < average * 2:
            return _simple(base)
        if average <= HIGHEST_BASE:
            return _simple(average)
    return _simple(base) if 0 < base <= HIGHEST_BASE else FALLBACK


def _simple(rate: Fraction) -> Fraction:
    """A rate with a small denominator, so that its clock stays under 32 bits."""
    return rate if rate.denominator in {1, 1001} else max(Fraction(1, 2), rate.limit_denominator(2))
