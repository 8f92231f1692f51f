"""`make service-token`: a token for one of our services, from the function that only the deployer may invoke.

The token goes to standard output and nothing else does. While a local stack is up, it is asked; AWS_ENDPOINT_URL asks
any other one.
"""

import json
import os
import re
import socket
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from botocore.exceptions import BotoCoreError, ClientError

from infra.account import AccountError, check_stage, open_account

OUTPUTS = Path(__file__).resolve().parent.parent / ".local" / "outputs.json"
FUNCTION = "issue_service_token"
DEFAULT_PERMISSIONS = "internal:all"
USAGE = 'Say whose token it is: make service-token NAME=metrics STAGE=dev PERMISSIONS="internal:metrics"'
NO_LOCAL_STACK = "No local stack is up here (`make up` starts one)"
_TASKS_STACK = re.compile(r"showreel-(.+)-tasks")


class TokenError(Exception):
    """There is no token; the message says why and what to do."""


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
    """A Lambda client and the stage's name: of the local stack while it is up, else of the account.

    Raises TokenError when STAGE=local and no local stack is up, AccountError when the account cannot be used.
    """
    local = None if os.environ.get("AWS_ENDPOINT_URL") else local_stack(outputs)
    if local is not None:
        from infra.local.clients import Clients

        sys.stderr.write(f"from the local stack at {local[0]} (`make down` first to ask AWS)\n")
        return Clients(local[0])("lambda"), local[1]
    if stage == "local":
        raise TokenError(NO_LOCAL_STACK)
    check_stage(stage)
    try:
        return open_account().client("lambda"), stage
    except AccountError as error:
        raise AccountError(f"{NO_LOCAL_STACK}, and AWS cannot be asked. {error}") from error


def issue(client: Any, stage: str, name: str, permissions: list[str]) -> str:
    """The token. Raises TokenError with the function's own words when it refuses, or when it cannot be invoked."""
    payload = json.dumps({"name": name, "permissions": permissions}).encode()
    try:
        answer = client.invoke(FunctionName=f"showreel-{stage}-{FUNCTION}", Payload=payload)
        result = json.loads(answer["Payload"].read())
    except (BotoCoreError, ClientError) as error:
        raise TokenError(f"{FUNCTION} of stage {stage} cannot be invoked: {error}") from error
    if answer.get("FunctionError"):
        raise TokenError(str(result.get("errorMessage", result)))
    return str(result["token"])


def main(arguments: list[str]) -> int:
    """Print a token for NAME in STAGE with the permissions in PERMISSIONS; the process's exit status."""
    name, stage = (*arguments, "", "")[:2]
    permissions = re.split(r"[\s,]+", os.environ.get("PERMISSIONS", "").strip() or DEFAULT_PERMISSIONS)
    try:
        if not name:
            raise TokenError(USAGE)
        client, real_stage = client_for(stage or "dev")
        token = issue(client, real_stage, name, permissions)
    except (TokenError, AccountError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"{token}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
