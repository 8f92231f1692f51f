"""Logs: one JSON object a line, which CloudWatch Logs Insights reads as fields."""

import json
import sys
import traceback
from dataclasses import dataclass
from typing import Any

from shared.base import clock
from shared.base.context import current
from shared.base.settings import setting


def log(level: str, message: str, **fields: Any) -> None:
    """Write one line, which also says whose request it is. Never pass passwords, tokens or presigned addresses."""
    service = setting("AWS_LAMBDA_FUNCTION_NAME", "job")
    line = {"level": level, "message": message, "service": service, "timestamp": clock.timestamp()} | _whose() | fields
    sys.stdout.write(json.dumps(line, default=str) + "\n")
    sys.stdout.flush()


def quieten(*libraries: str) -> None:
    """Have libraries tell nothing below WARNING, whatever the level of the process: they would tell what they carry."""
    import logging

    for library in libraries:
        logging.getLogger(library).setLevel(logging.WARNING)


def _whose() -> dict[str, str]:
    """The request and the user that a line belongs to, as far as they are known."""
    context = current()
    found = {"request_id": context.request_id, "user_id": context.user_id}
    if context.acting_as:
        found["impersonator_id"] = context.actor
    return {name: value for name, value in found.items() if value}


def log_exception(message: str, error: BaseException, **fields: Any) -> None:
    """Write one line about an error, with its trace."""
    trace = "".join(traceback.format_exception(error))
    log("ERROR", message, error=type(error).__name__, trace=trace, **fields)


@dataclass(frozen=True)
class Metrics:
    """Metrics that share their dimensions: `values` are metric name -> (value, CloudWatch unit)."""

    dimensions: dict[str, str]
    values: dict[str, tuple[float, str]]


def metric_line(namespace: str, *groups: Metrics, **fields: Any) -> None:
    """Write one line in CloudWatch's embedded metric format; a dimension has one value in all groups of a line.

    Source: the EMF specification in the CloudWatch user guide.
    """
    directives = [
        {
            "Namespace": namespace,
            "Dimensions": [list(group.dimensions)],
            "Metrics": [{"Name": name, "Unit": unit} for name, (_, unit) in group.values.items()],
        }
        for group in groups
    ]
    line: dict[str, Any] = {"_aws": {"Timestamp": int(clock.now() * 1000), "CloudWatchMetrics": directives}}
    for group in groups:
        line |= group.dimensions | {name: value for name, (value, _) in group.values.items()}
    sys.stdout.write(json.dumps(line | _whose() | fields, default=str) + "\n")
    sys.stdout.flush()
