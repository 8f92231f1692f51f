"""Logs: one JSON object a line, which CloudWatch Logs Insights reads as fields."""

import json
import sys
import traceback
from typing import Any

from shared.base import clock
from shared.base.settings import setting


def log(level: str, message: str, **fields: Any) -> None:
    """Write one line. Never pass passwords, tokens or presigned addresses."""
    service = setting("AWS_LAMBDA_FUNCTION_NAME", "local")
    line = {"level": level, "message": message, "service": service, "timestamp": clock.timestamp(), **fields}
    sys.stdout.write(json.dumps(line, default=str) + "\n")
    sys.stdout.flush()


def log_exception(message: str, error: BaseException, **fields: Any) -> None:
    """Write one line about an error, with its trace."""
    trace = "".join(traceback.format_exception(error))
    log("ERROR", message, error=type(error).__name__, trace=trace, **fields)


def metric_line(namespace: str, dimensions: dict[str, str], values: dict[str, tuple[float, str]], **fields: Any) -> None:
    """Write one line in CloudWatch's embedded metric format.

    values: metric name -> (value, CloudWatch unit). Source: the EMF specification in the CloudWatch user guide.
    """
    metrics = [{"Name": name, "Unit": unit} for name, (_, unit) in values.items()]
    head = {
        "Timestamp": int(clock.now() * 1000),
        "CloudWatchMetrics": [{"Namespace": namespace, "Dimensions": [list(dimensions)], "Metrics": metrics}],
    }
    line = {"_aws": head, **dimensions, **{name: value for name, (value, _) in values.items()}, **fields}
    sys.stdout.write(json.dumps(line, default=str) + "\n")
    sys.stdout.flush()
