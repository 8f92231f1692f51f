"""What is known of how the product does: findings about what it depends on, counts of jobs, counts of requests."""

from dataclasses import dataclass, field
from enum import StrEnum

from shared.base import clock


class State(StrEnum):
    """How something does that we depend on."""

    HEALTHY = "healthy"
    UNHEALTHY = "unhealthy"
    UNKNOWN = "unknown"
    NOT_CONFIGURED = "not_configured"


STORAGE_PREFIX = "config/"
"""Where health checks look into the media bucket."""

SERVICES = ("storage", "ffmpeg", "transcription", "database", "queue")


def _now() -> float:
    return clock.now()


@dataclass(frozen=True)
class Finding:
    """What a check found.

    detail        for those who run the stage, never for anonymous callers
    checked_at    epoch seconds
    milliseconds  that the check took
    """

    state: State
    detail: str = ""
    checked_at: float = field(default_factory=_now)
    milliseconds: int = 0


NOT_CONFIGURED = Finding(State.NOT_CONFIGURED, checked_at=0)


@dataclass(frozen=True)
class Health:
    """Findings by service (SERVICES), and jobs by status; no counts when the database does not answer."""

    findings: dict[str, Finding]
    jobs: dict[str, int] | None

    @property
    def degraded(self) -> bool:
        """Whether something that the stage has does not do its work."""
        return any(finding.state not in (State.HEALTHY, State.NOT_CONFIGURED) for finding in self.findings.values())

    @property
    def ready(self) -> bool:
        """Whether requests can be served at all: without the database none can."""
        return self.findings["database"].state is State.HEALTHY


@dataclass(frozen=True)
class Series:
    """A metric's sums: `points` are (start of the hour in epoch seconds, sum)."""

    name: str
    labels: dict[str, str]
    points: tuple[tuple[float, float], ...]

    def total(self, since: float, until: float = float("inf")) -> float:
        """The sum over the hours that begin within [since, until)."""
        return sum(value for moment, value in self.points if since <= moment < until)


@dataclass(frozen=True)
class Maintenance:
    """Whether the stage is maintained: then it is closed to all but administrators.

    message         what callers are told, "" for the usual words
    estimated_time  minutes from `since` (epoch seconds) that it is going to take, None when nobody knows
    """

    enabled: bool = False
    message: str = ""
    estimated_time: int | None = None
    since: float = 0.0
