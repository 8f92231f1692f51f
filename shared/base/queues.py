"""What is left in queues for functions of ours that empty them."""

import json
from typing import Any

from shared.base.aws import client
from shared.base.settings import setting
from shared.base.tables import READ_SECONDS, answering


def leave(queue_variable: str, body: Any, what: str, *, delay: int = 0) -> None:
    """Leave a message, whose body is JSON, in the queue that a variable names. It is given out at least once.

    delay  seconds before it is given out
    Raises UnavailableError when SQS does not take it: `what` cannot be reached then.
    """
    told = json.dumps(body, separators=(",", ":"))
    with answering(what):
        client("sqs", READ_SECONDS).send_message(
            QueueUrl=setting(queue_variable), MessageBody=told, **({"DelaySeconds": delay} if delay else {})
        )
