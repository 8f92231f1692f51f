"""Scores of VMAF, and what is told of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

MODEL = "vmaf_v0.6.1"


@dataclass(frozen=True)
class Vmaf:
    """How a rung looks beside its source, 0 to 100: means over single pictures, taken from so many seconds of film."""

    model: str
    mean: float
    harmonic_mean: float
    seconds: float
    pictures: int


@dataclass(frozen=True)
class Sample:
    """What was measured in one place of a film: how many seconds, and the scores of single pictures by rung."""

    seconds: float
    scores: Mapping[str, Sequence[float]]


def pooled(rung: str, samples: Sequence[Sample]) -> Vmaf | None:
    """A rung's VMAF by all samples; None without any."""
    scores = [score for sample in samples for score in sample.scores[rung]]
    if not scores:
        return None
    mean = sum(scores) / len(scores)
    harmonic = len(scores) / sum(1 / (score + 1) for score in scores) - 1  # as libvmaf's: a score may be 0
    seconds = sum(sample.seconds for sample in samples)
    return Vmaf(MODEL, round(mean, 2), round(harmonic, 2), round(seconds, 3), len(scores))
