"""EMF lines in the logs of functions and jobs become CloudWatch metrics, as CloudWatch Logs does on AWS."""

from __future__ import annotations

import contextvars
import json
import threading
from collections.abc import Iterator
from typing import Any

from infra.local.differences import correction
from infra.local.emulator import app, region

_LIMIT = 1000  # metrics per PutMetricData


def call_service(service: str, target: str, body: dict[str, Any]) -> Any:
    """One JSON call to a service of the emulator, as its root. Not from the event loop's thread."""
    headers = {
        "x-amz-target": target,
        "content-type": "application/x-amz-json-1.1",
        "host": f"{service}.{region()}.amazonaws.com",
    }
    handler = app.SERVICE_HANDLERS[service]
    return app.call_service_handler_sync(handler, "POST", "/", headers, json.dumps(body).encode(), {}, 10)


def read_emf(log: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """(namespace, metric datum) of every EMF document among the lines of `log`."""
    for line in log.splitlines():
        if '"_aws"' not in line:
            continue
        try:
            document = json.loads(line[line.index("{") :])
            yield from _data(document)
        except (ValueError, KeyError, TypeError, AttributeError):
            continue  # as CloudWatch: a line that is no EMF document is only a line


def _data(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for directive in document["_aws"]["CloudWatchMetrics"]:
        for names in directive.get("Dimensions") or [[]]:
            dimensions = [{"Name": name, "Value": str(document[name])} for name in names]
            for metric in directive["Metrics"]:
                value = document[metric["Name"]]
                yield (
                    directive["Namespace"],
                    {
                        "MetricName": metric["Name"],
                        "Unit": metric.get("Unit", "None"),
                        "Timestamp": document["_aws"]["Timestamp"] / 1000,
                        "Dimensions": dimensions,
                        **({"Values": value} if isinstance(value, list) else {"Value": value}),
                    },
                )


def publish_log(log: str) -> None:
    """Put the metrics of one invocation's log, beside the invocation and not in its way."""
    if '"_aws"' not in log:
        return
    threading.Thread(target=contextvars.copy_context().run, args=(_publish, log), daemon=True).start()


def _publish(log: str) -> None:
    by_namespace: dict[str, list[dict[str, Any]]] = {}
    for namespace, datum in read_emf(log):
        by_namespace.setdefault(namespace, []).append(datum)
    for namespace, data in by_namespace.items():
        for start in range(0, len(data), _LIMIT):
            body = {"Namespace": namespace, "MetricData": data[start : start + _LIMIT]}
            call_service("monitoring", "GraniteServiceVersion20100801.PutMetricData", body)


@correction(
    title="EMF",
    aws="A log line with `_aws` becomes metrics.",
    emulator="It stays a log line.",
    names=("app: call_service_handler_sync SERVICE_HANDLERS[monitoring] SERVICE_HANDLERS[logs]",),
)
def turn_emf_into_metrics() -> None:
    """Installed with the workers: `infra/local/lambdas.py` passes each log on."""
