"""One line for each request: a log entry that CloudWatch also takes as metrics, by stage."""

from shared.base import logs
from shared.base.logs import Metrics
from shared.base.settings import setting
from shared.contract.metrics import LATENCY_BOUNDS, NAMESPACE
from shared.http.request import ApiRequest
from shared.http.visit import Visit


def measure(name: str, request: ApiRequest, visit: Visit, status: int, seconds: float) -> None:
    """Write the line of a request that took `seconds` and ended in `status`.

    CloudWatch charges for every combination of dimensions, so the histogram is one for the whole stage.
    """
    stage = {"stage": setting("STAGE", "none")}
    bound = next((bound for bound in LATENCY_BOUNDS if seconds <= float(bound)), "+Inf")
    groups = [
        Metrics({**stage, "endpoint": name, "status": str(status)}, {"requests": (1, "Count")}),
        Metrics({**stage, "tier": visit.tier}, {"usage": (1, "Count")}),
        Metrics({**stage, "le": bound}, {"latency_bucket": (1, "Count")}),
        Metrics(stage, {"latency": (round(seconds * 1000, 1), "Milliseconds")}),
    ]
    if visit.first_in_hour:
        groups.append(Metrics(stage, {"active_users": (1, "Count")}))
    logs.metric_line(NAMESPACE, *groups, method=request.method, path=request.logged_path)
