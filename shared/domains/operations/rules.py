"""Metrics in Prometheus' text format, version 0.0.4."""

from collections.abc import Iterable, Iterator

from shared.contract.limits import HOUR
from shared.contract.metrics import LATENCY_BOUNDS
from shared.domains.operations.model import Series

DAY = 24 * HOUR

Sample = tuple[str, dict[str, str], float]
"""Suffix of the metric's name, labels, value."""


def render(series: list[Series], jobs: dict[str, int], now: float) -> str:
    """All metrics of the stage. Counters begin anew at midnight UTC, which Prometheus takes for a restart."""
    day = now - now % DAY
    families = [
        *_family("requests_total", "counter", "Requests by endpoint and status", _totals(series, "requests", day)),
        *_family("request_duration_seconds", "histogram", "Time to answer a request", _histogram(series, day)),
        *_family("jobs", "gauge", "Jobs by status", (("", {"status": name}, jobs[name]) for name in sorted(jobs))),
        *_family("active_users", "gauge", "Users seen in an hour of the clock", _active_users(series, now)),
        *_family("usage_requests_total", "counter", "Requests by subscription tier", _totals(series, "usage", day)),
    ]
    return "\n".join(families) + "\n"


def _family(name: str, kind: str, text: str, samples: Iterable[Sample]) -> Iterator[str]:
    yield f"# HELP showreel_{name} {text}"
    yield f"# TYPE showreel_{name} {kind}"
    for suffix, labels, value in samples:
        inside = ",".join(f'{key}="{_escaped(text)}"' for key, text in labels.items())
        yield f"showreel_{name}{suffix}{f'{{{inside}}}' if inside else ''} {_number(value)}"


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(value)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _totals(series: list[Series], name: str, since: float) -> Iterator[Sample]:
    for one in sorted((one for one in series if one.name == name), key=lambda one: sorted(one.labels.items())):
        yield "", one.labels, one.total(since)


def _histogram(series: list[Series], since: float) -> Iterator[Sample]:
    counts = {one.labels["le"]: one.total(since) for one in series if one.name == "latency_bucket"}
    below = 0.0
    for bound in (*LATENCY_BOUNDS, "+Inf"):
        below += counts.get(bound, 0)
        yield "_bucket", {"le": bound}, below
    yield "_sum", {}, sum(one.total(since) for one in series if one.name == "latency") / 1000
    yield "_count", {}, below


def _active_users(series: list[Series], now: float) -> Iterator[Sample]:
    hour = now - now % HOUR
    seen = [one for one in series if one.name == "active_users"]
    yield "", {"hour": "current"}, sum(one.total(hour) for one in seen)
    yield "", {"hour": "previous"}, sum(one.total(hour - HOUR, hour) for one in seen)
