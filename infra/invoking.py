"""What only the deployer may do: with the local stack while it is up, else with a stage on AWS.

AWS_ENDPOINT_URL asks any other one.
"""

import json
import os
import re
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from botocore.exceptions import BotoCoreError, ClientError

from infra.account import AccountError, check_stage, open_account

OUTPUTS = Path(__file__).resolve().parent.parent / ".local" / "outputs.json"
NO_LOCAL_STACK = "No local stack is up here (`make up` starts one)"
_TASKS_STACK = re.compile(r"showreel-(.+)-tasks")


class InvokeError(Exception):
    """It was not done; the message says why and what to do."""


@dataclass(frozen=True)
class OpenStage:
    """A stage that answers: its name, the account that it is in, and clients of AWS's services there.

    environment  variables by which a client of botocore's own finds the same stage
    """

    name: str
    account: str
    client: Callable[[str], Any]
    environment: dict[str, str] = field(default_factory=dict)


def local_stack(outputs: Path = OUTPUTS) -> tuple[str, str] | None:
    """Endpoint and stage of the local stack, when one is up."""
    try:
        found = json.loads(outputs.read_text())
    except (FileNotFoundError, ValueError):
        return None
    stage = next((match[1] for name in found if (match := _TASKS_STACK.fullmatch(name))), "")
    endpoint = str(found.get("Endpoint", ""))
    return (endpoint, stage) if endpoint and stage and _answers(endpoint) else None


def _answers(endpoint: str) -> bool:
    where = urlsplit(endpoint)
    try:
        with socket.create_connection((where.hostname or "", where.port or 80), timeout=1):
            return True
    except OSError:
        return False


def client_for(stage: str, outputs: Path = OUTPUTS) -> tuple[Any, str]:
    """A Lambda client and the stage's name; errors as of `open_stage`."""
    opened = open_stage(stage, outputs)
    return opened.client("lambda"), opened.name


def open_stage(stage: str, outputs: Path = OUTPUTS) -> OpenStage:
    """The local stack while it is up, else a stage of the account.

    Raises InvokeError when STAGE=local and no local stack is up, AccountError when the account cannot be used.
    """
    local = None if os.environ.get("AWS_ENDPOINT_URL") else local_stack(outputs)
    if local is not None:
        from infra.local.clients import Clients

        sys.stderr.write(f"from the local stack at {local[0]} (`make down` first to ask AWS)\n")
        return OpenStage(local[1], Clients.account, Clients(local[0]), _of_local_stack(local[0]))
    if stage == "local":
        raise InvokeError(NO_LOCAL_STACK)
    check_stage(stage)
    try:
        account = open_account()
    except AccountError as error:
        raise AccountError(f"{NO_LOCAL_STACK}, and AWS cannot be asked. {error}") from error
    return OpenStage(stage, account.number, account.client, {"AWS_DEFAULT_REGION": account.region})


def _of_local_stack(endpoint: str) -> dict[str, str]:
    from infra.local.settings import REGION, ROOT_CREDENTIALS

    credentials = {name.upper(): value for name, value in ROOT_CREDENTIALS.items()}
    return {"AWS_ENDPOINT_URL": endpoint, "AWS_DEFAULT_REGION": REGION, **credentials}


def invoke(client: Any, stage: str, function: str, event: dict[str, Any]) -> dict[str, Any]:
    """What a function answers. InvokeError with its own words when it refuses, or when it cannot be invoked."""
    try:
        answer = client.invoke(FunctionName=f"showreel-{stage}-{function}", Payload=json.dumps(event).encode())
        result: dict[str, Any] = json.loads(answer["Payload"].read())
    except (BotoCoreError, ClientError) as error:
        raise InvokeError(f"{function} of stage {stage} cannot be invoked: {error}") from error
    if answer.get("FunctionError"):
        raise InvokeError(str(result.get("errorMessage", result)))
    return result
