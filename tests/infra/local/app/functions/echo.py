"""A function that does what its event says."""

import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any

from shared.greeting import greeting


class OddError(Exception):
    """An error of the app's own."""


def fail(_event: dict[str, Any]) -> Any:
    raise OddError("as asked")


def measure(_event: dict[str, Any]) -> None:
    metrics = [{"Namespace": "Test", "Dimensions": [["service"]], "Metrics": [{"Name": "Seen", "Unit": "Count"}]}]
    line = {"_aws": {"Timestamp": int(time.time() * 1000), "CloudWatchMetrics": metrics}, "service": "echo", "Seen": 7}
    print(json.dumps(line))


def put(event: dict[str, Any]) -> None:
    import boto3

    boto3.client("s3").put_object(Bucket=os.environ["BUCKET"], Key=event["key"], Body=b"x")


DEEDS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "greet": lambda _event: {"statusCode": 200, "body": greeting()},
    "raise": fail,
    "exit": lambda _event: sys.exit(3),
    "crash": lambda _event: os.kill(os.getpid(), 9),
    "sleep": lambda event: time.sleep(event["seconds"]),
    "metric": measure,
    "put": put,
    "who": lambda _event: {"pid": os.getpid(), "environment": dict(os.environ)},
    "double": lambda event: {"doubled": event["number"] * 2},
}


def handler(event: dict[str, Any], _context: object) -> Any:
    """Payloads: {"do": ...}; an HTTP request answers with a greeting."""
    return DEEDS[event.get("do", "greet")](event)
