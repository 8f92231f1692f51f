"""Executions that wait for somebody outside: their task is answered with the token that they gave away."""

import json
from typing import Any

from shared.base.aws import client


def succeed(token: str, output: dict[str, Any]) -> None:
    """Let the execution go on with this output. One that does not wait any more is fine."""
    states = client("stepfunctions")
    try:
        states.send_task_success(taskToken=token, output=json.dumps(output))
    except (states.exceptions.TaskTimedOut, states.exceptions.TaskDoesNotExist):
        return


def fail(token: str, code: str, message: str) -> None:
    """Let the execution fail with this reason. One that does not wait any more is fine."""
    states = client("stepfunctions")
    try:
        states.send_task_failure(taskToken=token, error=code[:256], cause=message)
    except (states.exceptions.TaskTimedOut, states.exceptions.TaskDoesNotExist):
        return
