"""GET /health/ready: whether requests can be served."""

from shared.contract.declare import Compute, get
from shared.contract.resources import OPERATIONS
from shared.domains.operations.service.health import OperationsService
from shared.http.framework import BaseModel, Response
from shared.http.serve import serve


class Readiness(BaseModel):
    """`status` is "ready" or "not_ready"; `services` are states by name."""

    status: str
    services: dict[str, str]


@get(
    "/health/ready",
    aliases=("/ready",),
    answers=((503, Readiness),),
    general=False,
    needs=(OPERATIONS.batch_get,),
    compute=Compute(seconds=29),
    in_maintenance=True,
)
async def get_readiness(operations: OperationsService, response: Response) -> Readiness:
    """Say whether the database answers: 503 when it does not."""
    health = operations.readiness()
    if not health.ready:
        response.status_code = 503
    states = {name: finding.state for name, finding in health.findings.items()}
    return Readiness(status="ready" if health.ready else "not_ready", services=states)


handler = serve(get_readiness)
