"""How the product does. Findings are kept for 10 s and metrics for a minute, so that asking often costs nothing."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from shared.base import clock
from shared.contract.limits import HOUR
from shared.domains.operations.errors import MetricsUnavailableError, NoAnswerError
from shared.domains.operations.model import NOT_CONFIGURED, SERVICES, Finding, Health, State
from shared.domains.operations.rules import DAY, render
from shared.domains.operations.store.findings import FindingStore
from shared.domains.operations.store.metrics import MetricStore
from shared.domains.operations.store.probes import Probes

FINDING_SECONDS = 10
METRICS_SECONDS = 60
TOOLS_SECONDS = 60
"""FFmpeg is healthy when it answered within so many seconds; an older answer is asked for anew."""


@dataclass
class _Kept:
    """What this process found last, and when."""

    ready: Health | None = None
    whole: Health | None = None
    metrics: str = ""
    ready_at: float = 0.0
    whole_at: float = 0.0
    metrics_at: float = 0.0


_kept = _Kept()


class OperationsService:
    """Health and metrics of the stage."""

    def __init__(self, findings: FindingStore, probes: Probes, metrics: MetricStore) -> None:
        """Stores are given, so that each endpoint needs only what it calls."""
        self._findings = findings
        self._probes = probes
        self._metrics = metrics

    @classmethod
    def open(cls) -> "OperationsService":
        """The service of the stage."""
        return cls(FindingStore(), Probes(), MetricStore())

    def readiness(self) -> Health:
        """Whether the database answers; nothing else is asked. At most 10 s old."""
        if _kept.ready is None or clock.now() - _kept.ready_at >= FINDING_SECONDS:
            database, _, jobs = self._database()
            _kept.ready, _kept.ready_at = Health({"database": database}, jobs), clock.now()
        return _kept.ready

    def health(self) -> Health:
        """Findings about all services. At most 10 s old."""
        if _kept.whole is None or clock.now() - _kept.whole_at >= FINDING_SECONDS:
            _kept.whole, _kept.whole_at = self._look(), clock.now()
        return _kept.whole

    def _look(self) -> Health:
        database, tools, jobs = self._database()
        found = {
            "storage": _check(self._look_at_storage),
            "ffmpeg": self._tools(tools) if jobs is not None else Finding(State.UNKNOWN),
            "database": database,
        }
        return Health({name: found.get(name, NOT_CONFIGURED) for name in SERVICES}, jobs)

    def _look_at_storage(self) -> Finding:
        self._probes.look_at_storage()
        return Finding(State.HEALTHY)

    def _tools(self, known: Finding | None) -> Finding:
        if known and clock.now() - known.checked_at < TOOLS_SECONDS:
            return known
        return _check(self._probes.look_at_tools)

    def _database(self) -> tuple[Finding, Finding | None, dict[str, int] | None]:
        read: list[tuple[Finding | None, dict[str, int]]] = []

        def look() -> Finding:
            read.append(self._findings.read())
            return Finding(State.HEALTHY)

        finding = _check(look)
        tools, jobs = read[0] if read else (None, None)
        return finding, tools, jobs

    def metrics(self) -> str:
        """All metrics in Prometheus' text format, at most a minute old; MetricsUnavailableError without them."""
        now = clock.now()
        if not _kept.metrics or now - _kept.metrics_at >= METRICS_SECONDS:
            try:
                since = min(now - now % DAY, now - now % HOUR - HOUR)
                series = self._metrics.read(since, now + 1)
                _, jobs = self._findings.read()
            except NoAnswerError as error:
                raise MetricsUnavailableError("The metrics cannot be read at the moment") from error
            _kept.metrics, _kept.metrics_at = render(series, jobs, now), now
        return _kept.metrics

    def remember_tools(self, finding: Finding) -> None:
        """Store what the media function found of FFmpeg."""
        self._findings.put_tools(finding)


def _check(look: Callable[[], Finding]) -> Finding:
    """What a look finds, with the time that it took; unhealthy when there is no answer."""
    began = time.perf_counter()
    try:
        finding = look()
    except NoAnswerError as error:
        finding = Finding(State.UNHEALTHY, error.kind)
    return replace(finding, milliseconds=round((time.perf_counter() - began) * 1000))


def forget() -> None:
    """Know nothing (tests)."""
    _kept.__dict__.update(_Kept().__dict__)
