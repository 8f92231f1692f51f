"""What steps take of whom we pay: as measured where they run, and as expected before."""

from collections.abc import Iterable
from dataclasses import replace

from shared.base import clock
from shared.base.settings import setting
from shared.domains.jobs.model import LedgerLine, Usage
from shared.domains.jobs.rules.keys import is_later_try
from shared.domains.jobs.rules.prices import cost_of, price_table
from shared.media.workers import JOB_VCPUS, Lane

RENDER_MEMORY = 8846
"""MiB of the function that renders: five vCPUs."""

RENDER_SCRATCH = 2048
"""MiB on the disk of that function."""

STEMS_BYTES = 1536 * 1024**2
"""What the mixed sounds of scenes may take of it: 768 kB for each second of the video, so 34 minutes."""

MIB_PER_VCPU = 1769
FAMILY = "c7g"
"""The family that Batch takes first; the others of its environment cost about the same."""

STATES = 7
"""Transitions of a workflow in which nothing fails and no words are timed, besides one for each worker on Lambda."""

SMALL_STEPS = 10.0
"""GB-seconds of all steps but the one that renders."""

WAIT_FOR_LAMBDA, WAIT_FOR_BATCH = 15.0, 150.0
"""Seconds that pass besides rendering: small steps, and for Batch a machine that starts."""


def render_lane(cpu_seconds: float, stem_bytes: int, lambda_cpu_seconds: float) -> Lane:
    """Lambda for what is cheap enough there and fits on the function's disk, Batch for the rest."""
    return "lambda" if cpu_seconds <= lambda_cpu_seconds and stem_bytes <= STEMS_BYTES else "batch"


def lambda_usage(seconds: float, transitions: int) -> Usage:
    """What an invocation of this function took that ran for so long."""
    memory = int(setting("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "1769"))
    return Usage(lambda_gb_seconds=round(seconds * memory / 1024, 6), lambda_requests=1, transitions=transitions)


def batch_usage(seconds: float) -> Usage:
    """What an attempt of this Batch job took. Batch tells a job the environment that its machine belongs to."""
    purchase = "spot" if "spot" in setting("AWS_BATCH_CE_NAME", "on-demand").lower() else "on-demand"
    return Usage(batch_seconds={f"{FAMILY} {purchase}": round(seconds * JOB_VCPUS, 3)})


def assumed(line: LedgerLine, others: Iterable[LedgerLine], now: float) -> LedgerLine:
    """How a try ended of which nobody told the end: when the next one began, or could last no longer, or by now.

    others  lines of the same ledger
    now     epoch seconds
    """
    began = clock.seconds(line.began_at)
    following = (clock.seconds(other.began_at) for other in others if is_later_try(other.key, line.key))
    end = max(began, min([now, began + line.most_seconds, *following]))
    usage = line.usage.lasting(end - began)
    return replace(line, usage=usage, cost=cost_of(usage, price_table()), at=clock.timestamp(end), is_assumed=True)


def expected_usage(cpu_seconds: float, lane: Lane, workers: int) -> Usage:
    """What rendering will take, all steps included."""
    if lane == "batch":
        spot = {f"{FAMILY} spot": round(cpu_seconds, 3)}
        return Usage(lambda_gb_seconds=SMALL_STEPS, lambda_requests=STATES - 3, batch_seconds=spot, transitions=STATES)
    rendering = cpu_seconds * MIB_PER_VCPU / 1024
    return Usage(
        lambda_gb_seconds=round(SMALL_STEPS + rendering, 3),
        lambda_requests=STATES - 3 + workers,
        transitions=STATES + workers,
    )


def expected_seconds(slowest: float, lane: Lane) -> float:
    """How long a workflow will take from its beginning, whose slowest worker renders for so long."""
    return (WAIT_FOR_BATCH if lane == "batch" else WAIT_FOR_LAMBDA) + slowest


def together(one: Usage, other: Usage) -> Usage:
    """What two things take."""
    return Usage(
        lambda_gb_seconds=round(one.lambda_gb_seconds + other.lambda_gb_seconds, 3),
        lambda_requests=one.lambda_requests + other.lambda_requests,
        batch_seconds=_sums(one.batch_seconds, other.batch_seconds),
        s3_writes=one.s3_writes + other.s3_writes,
        s3_reads=one.s3_reads + other.s3_reads,
        transitions=one.transitions + other.transitions,
        provider=_sums(one.provider, other.provider),
    )


def _sums(one: dict[str, float], other: dict[str, float]) -> dict[str, float]:
    return {name: one.get(name, 0.0) + other.get(name, 0.0) for name in one | other}
