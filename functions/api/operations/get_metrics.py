"""GET /metrics: counts of requests, users and jobs for Prometheus."""

from shared.contract.declare import Compute, get
from shared.contract.permissions import service
from shared.contract.resources import CLOUDWATCH, OPERATIONS
from shared.domains.operations.service.health import OperationsService
from shared.http.framework import Response
from shared.http.serve import serve

TEXT = "text/plain; version=0.0.4; charset=utf-8"


@get(
    "/metrics",
    aliases=("/api/v1/admin/metrics",),
    caller=service("internal:metrics"),
    errors=((503, "SERVICE_UNAVAILABLE"),),
    media_type="text/plain",
    general=False,
    needs=(OPERATIONS.batch_get, CLOUDWATCH.list_metrics, CLOUDWATCH.read_metrics),
    compute=Compute(seconds=29),
    in_maintenance=True,
)
async def get_metrics(operations: OperationsService) -> Response:
    """Give all metrics of the stage in Prometheus' text format, at most a minute old."""
    return Response(operations.metrics(), media_type=TEXT)


handler = serve(get_metrics)
