"""Who encodes what: contiguous runs of segments for workers on Lambda or on Batch."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from shared.media.timeline import Span

Lane = Literal["lambda", "batch", "gpu"]
"""`gpu` is Batch too, on machines with a GPU."""

LAMBDA_CPU_SECONDS = 900
"""What Lambda encodes at most, for its price: a second of CPU costs several times as much as on Batch."""
INVOCATION_CPU_SECONDS = 36
"""A Lambda invocation's work: about eight seconds on five vCPUs, so that the start and the seek do not count."""
INVOCATION_SEGMENTS = 3
MOST_INVOCATIONS = 100

JOB_VCPUS = 4
JOB_MEMORY = 7168
"""MiB, of the 8 GiB that a c7g.xlarge has: the ECS agent needs the rest."""
JOB_CPU_SECONDS = 960
"""A Batch worker's work: four minutes, long against the start of a machine and short enough to lose with one."""
MOST_JOBS = 256


@dataclass(frozen=True)
class Run:
    """Contiguous segments that one worker encodes."""

    index: int
    span: Span
    is_last: bool
    """The last run goes on to the source's real end, wherever the probe expected it."""


def choose_lane(segments: int, cpu_seconds: float, lambda_cpu_seconds: float = LAMBDA_CPU_SECONDS) -> Lane:
    """Lambda for what is cheap enough there and fits into its invocations, Batch for the rest."""
    fits = segments <= MOST_INVOCATIONS * _invocation_segments(segments, cpu_seconds)
    return "lambda" if fits and cpu_seconds <= lambda_cpu_seconds else "batch"


def workers(lane: Lane, segments: int, cpu_seconds: float, job_cpu_seconds: float = JOB_CPU_SECONDS) -> int:
    """How many workers share so many segments, which take so many CPU-seconds together."""
    if lane == "lambda":
        return math.ceil(segments / _invocation_segments(segments, cpu_seconds))
    return max(1, min(segments, MOST_JOBS, math.ceil(cpu_seconds / job_cpu_seconds)))


def _invocation_segments(segments: int, cpu_seconds: float) -> int:
    return max(1, min(INVOCATION_SEGMENTS, round(INVOCATION_CPU_SECONDS * segments / max(1.0, cpu_seconds))))


def share_out(segments: Sequence[Span], count: int) -> list[Run]:
    """`count` runs of segments, or one a segment when there are fewer; their lengths differ by one segment at most."""
    count = min(count, len(segments))
    bounds = [len(segments) * number // count for number in range(count + 1)]
    groups = [segments[first:last] for first, last in pairwise(bounds)]
    return [
        Run(index, Span(group[0].start, group[-1].end - group[0].start), index == count - 1)
        for index, group in enumerate(groups)
    ]
