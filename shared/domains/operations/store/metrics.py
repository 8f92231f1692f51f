"""Reads from CloudWatch what the log lines of requests counted."""

from datetime import UTC, datetime
from typing import Any

from shared.base.aws import client
from shared.base.settings import stage
from shared.contract.limits import HOUR
from shared.contract.metrics import NAMESPACE
from shared.domains.operations.model import Series
from shared.domains.operations.store.answers import answering

READ_SECONDS = 10
QUERIES = 500
"""Metrics that one GetMetricData reads."""


class MetricStore:
    """Raises NoAnswerError when CloudWatch does not answer."""

    def read(self, since: float, until: float) -> list[Series]:
        """The hourly sums of all metrics of this stage; a metric is listed some minutes after its first value."""
        found: list[Series] = []
        with answering():
            metrics = self._listed()
            for start in range(0, len(metrics), QUERIES):
                found += self._sums(metrics[start : start + QUERIES], since, until)
        return found

    def _listed(self) -> list[dict[str, Any]]:
        pages = client("cloudwatch", READ_SECONDS).get_paginator("list_metrics")
        mine = [{"Name": "stage", "Value": stage()}]
        return [metric for page in pages.paginate(Namespace=NAMESPACE, Dimensions=mine) for metric in page["Metrics"]]

    def _sums(self, metrics: list[dict[str, Any]], since: float, until: float) -> list[Series]:
        queries = [
            {"Id": f"m{number}", "MetricStat": {"Metric": metric, "Period": HOUR, "Stat": "Sum"}}
            for number, metric in enumerate(metrics)
        ]
        pages = client("cloudwatch", READ_SECONDS).get_paginator("get_metric_data")
        begin, end = datetime.fromtimestamp(since, UTC), datetime.fromtimestamp(until, UTC)
        points: dict[str, list[tuple[float, float]]] = {}
        for page in pages.paginate(MetricDataQueries=queries, StartTime=begin, EndTime=end):
            for result in page["MetricDataResults"]:
                moments = (moment.timestamp() for moment in result["Timestamps"])
                points.setdefault(result["Id"], []).extend(zip(moments, result["Values"], strict=True))
        return [
            Series(metric["MetricName"], _labels(metric), tuple(points.get(f"m{number}", ())))
            for number, metric in enumerate(metrics)
        ]


def _labels(metric: dict[str, Any]) -> dict[str, str]:
    return {one["Name"]: one["Value"] for one in metric["Dimensions"] if one["Name"] != "stage"}
