"""A function that gets changes and messages, and keeps the names of those that it could do."""

import os
from typing import Any


def handler(event: dict[str, Any], _context: object) -> Any:
    """What begins with `bad` is reported as failed, what begins with `worse` fails the batch."""
    import boto3

    failed = []
    for record in event["Records"]:
        change = record.get("dynamodb")
        name = change["Keys"]["id"]["S"] if change else record["body"]
        if name.startswith("worse"):
            raise ValueError("as asked")
        if name.startswith("bad"):
            failed.append({"itemIdentifier": change["SequenceNumber"] if change else record["messageId"]})
        else:
            boto3.client("s3").put_object(Bucket=os.environ["BUCKET"], Key=f"records/{name}", Body=b"x")
    return {"batchItemFailures": failed}
