"""A function that does what its event says."""

import json
import os
import sys
import time
from typing import Any

from shared.greeting import greeting


class OddError(Exception):
    """An error of the app's own."""


def handler(event: dict[str, Any], _context: object) -> Any:
    """Payloads: {"do": ...}; an HTTP request answers with a greeting."""
    wish = event.get("do", "greet")
    if wish == "raise":
        raise OddError("as asked")
    if wish == "exit":
        sys.exit(3)
    if wish == "sleep":
        time.sleep(event["seconds"])
    if wish == "metric":
        metrics = [{"Namespace": "Test", "Dimensions": [["service"]], "Metrics": [{"Name": "Seen", "Unit": "Count"}]}]
        line = {
            "_aws": {"Timestamp": int(time.time() * 1000), "CloudWatchMetrics": metrics},
            "service": "echo",
            "Seen": 7,
        }
        print(json.dumps(line))
    if wish == "put":
        import boto3

        boto3.client("s3").put_object(Bucket=os.environ["BUCKET"], Key=event["key"], Body=b"x")
    if wish == "who":
        return {"pid": os.getpid(), "environment": dict(os.environ)}
    if "double" in event:
        return {"doubled": event["double"] * 2}
    return {"statusCode": 200, "body": greeting()}
