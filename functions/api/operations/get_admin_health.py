"""GET /api/v1/admin/health: how all that we depend on does, for those who run the stage."""

from shared.base import clock
from shared.contract.declare import Compute, get
from shared.contract.needs import unseen
from shared.contract.permissions import service
from shared.contract.resources import CHECK_MEDIA_TOOLS, MEDIA, OPERATIONS
from shared.domains.operations.model import STORAGE_PREFIX, Finding
from shared.domains.operations.service.health import OperationsService
from shared.http.framework import BaseModel
from shared.http.serve import serve


class ServiceHealth(BaseModel):
    """What was found: `detail` says what is wrong, `response_time` is in milliseconds, `checked_at` ISO 8601 in UTC."""

    status: str
    detail: str
    response_time: int
    checked_at: str | None

    @classmethod
    def of(cls, finding: Finding) -> "ServiceHealth":
        """The finding in the words of the API."""
        checked_at = clock.timestamp(finding.checked_at) if finding.checked_at else None
        return cls(
            status=finding.state, detail=finding.detail, response_time=finding.milliseconds, checked_at=checked_at
        )


class AdminHealth(BaseModel):
    """`services` by name, `jobs` by status; `queue_depth` is how many jobs wait, null when that cannot be read."""

    status: str
    services: dict[str, ServiceHealth]
    database: str
    cache: str
    queue_depth: int | None
    jobs: dict[str, int] | None


@get(
    "/api/v1/admin/health",
    caller=service("internal:health"),
    general=False,
    needs=(
        OPERATIONS.batch_get,
        MEDIA.list(STORAGE_PREFIX),
        unseen(CHECK_MEDIA_TOOLS.invoke, "once a minute, by whoever asks first"),
    ),
    compute=Compute(seconds=29),
    in_maintenance=True,
)
async def get_admin_health(operations: OperationsService) -> AdminHealth:
    """Tell findings with their details, at most 10 seconds old."""
    health = operations.health()
    return AdminHealth(
        status="degraded" if health.degraded else "healthy",
        services={name: ServiceHealth.of(finding) for name, finding in health.findings.items()},
        database=health.findings["database"].state,
        cache="not used",
        queue_depth=None if health.jobs is None else health.jobs.get("queued", 0),
        jobs=health.jobs,
    )


handler = serve(get_admin_health)
