"""GET /health/detailed: how all that we depend on does."""

from shared.base import clock
from shared.contract.declare import Compute, get
from shared.contract.needs import unseen
from shared.contract.resources import CHECK_MEDIA_TOOLS, MEDIA, OPERATIONS
from shared.domains.operations.model import STORAGE_PREFIX
from shared.domains.operations.service.health import OperationsService
from shared.http.framework import BaseModel
from shared.http.serve import serve


class Part(BaseModel):
    """The state of a part of the product; anonymous callers learn no figures."""

    status: str


class DetailedHealth(BaseModel):
    """`status` is "healthy", or "degraded" when a service is neither healthy nor not_configured.

    `services` are states by name, `system` is the API itself, `jobs` the bookkeeping of jobs; `timestamp` is ISO 8601.
    """

    status: str
    timestamp: str
    services: dict[str, str]
    system: Part
    jobs: Part


@get(
    "/health/detailed",
    general=False,
    needs=(
        OPERATIONS.batch_get,
        MEDIA.list(STORAGE_PREFIX),
        unseen(CHECK_MEDIA_TOOLS.invoke, "once a minute, by whoever asks first"),
    ),
    compute=Compute(seconds=29),
    in_maintenance=True,
)
async def get_detailed_health(operations: OperationsService) -> DetailedHealth:
    """Ask all services how they do, at most every 10 seconds."""
    health = operations.health()
    return DetailedHealth(
        status="degraded" if health.degraded else "healthy",
        timestamp=clock.timestamp(),
        services={name: finding.state for name, finding in health.findings.items()},
        system=Part(status="healthy"),
        jobs=Part(status="unknown" if health.jobs is None else "healthy"),
    )


handler = serve(get_detailed_health)
