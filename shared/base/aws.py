"""AWS clients: made when first used, kept for the life of the process, each call with a deadline."""

import contextlib
import functools
import json
from collections.abc import Callable
from typing import Any

from shared.base import clock, logs, meter
from shared.base.errors import UnavailableError
from shared.base.settings import setting
from shared.base.sigv4 import Credentials

SECRET_SECONDS = 300
STALE_SECONDS = 30
"""So long a value that could not be read again serves on before the next try."""


@functools.cache
def _session() -> Any:
    import botocore.session

    return botocore.session.get_session()


def credentials() -> Credentials:
    """Whom this process acts as, for requests that it signs by itself."""
    found = _session().get_credentials().get_frozen_credentials()
    return Credentials(found.access_key, found.secret_key, found.token or "")


@functools.cache
def client(service: str, read_seconds: int = 10, region: str = "") -> Any:
    """The botocore client of a service, in the region of the function unless another one is named.

    A try is given up after 2 s without a connection or `read_seconds` of silence; there are three.
    """
    from botocore.config import Config

    logs.quieten("botocore", "urllib3")
    config = Config(
        connect_timeout=2,
        read_timeout=read_seconds,
        retries={"total_max_attempts": 3, "mode": "standard"},
        # S3: the default signature of presigned addresses checks nothing, and the region's own host needs no redirect
        signature_version="s3v4" if service == "s3" else None,
        s3={"addressing_style": "virtual"} if service == "s3" else None,
    )
    made = _session().create_client(service, region or None, config=config)
    if service == "s3":
        meter.watch(made)
    return made


_kept: dict[str, tuple[float, str]] = {}


def _keep(name: str, load: Callable[[], str], *, again: bool = False) -> str:
    """A value that is read again once it is 5 minutes old, or at once when asked `again`.

    While it cannot be read the one that is kept serves on, though never for who asks `again`; without one it is 503.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    found = _kept.get(name)
    if found and not again and clock.now() < found[0]:
        return found[1]
    seconds = SECRET_SECONDS
    try:
        value = load()
    except (BotoCoreError, ClientError) as error:
        logs.log_exception("a secret or parameter cannot be read", error, name=name)
        if again or not found:
            raise UnavailableError("Something that this needs cannot be read at the moment") from error
        value, seconds = found[1], STALE_SECONDS
    _kept[name] = (clock.now() + seconds, value)
    return value


def secret(variable: str) -> str:
    """The value of the secret that an environment variable names; kept for 5 minutes, longer while AWS fails."""
    name = setting(variable)
    read = client("secretsmanager").get_secret_value
    return _keep(name, lambda: str(read(SecretId=name)["SecretString"]))


def parameter(variable: str, *, again: bool = False) -> str:
    """The value of the parameter that an environment variable names; kept as secrets are unless asked `again`."""
    name = setting(variable)
    read = client("ssm").get_parameter
    return _keep(name, lambda: str(read(Name=name)["Parameter"]["Value"]), again=again)


def forget() -> None:
    """Drop what is kept: clients, secrets and parameters (tests, and a change of the stage's secrets)."""
    _kept.clear()
    client.cache_clear()
    _session.cache_clear()


def start_execution(machine_variable: str, name: str, payload: dict[str, Any]) -> bool:
    """Start an execution once; False when one of that name exists already."""
    states = client("stepfunctions")
    try:
        states.start_execution(stateMachineArn=setting(machine_variable), name=name, input=json.dumps(payload))
    except states.exceptions.ExecutionAlreadyExists:
        return False
    return True


def tell_to_stop(arn: str, why: str) -> None:
    """Tell an execution to end; one that has ended or never began is fine."""
    states = client("stepfunctions")
    with contextlib.suppress(states.exceptions.ExecutionDoesNotExist):
        states.stop_execution(executionArn=arn, error="Stopped", cause=why)


def hand_over(function_variable: str, payload: dict[str, Any]) -> None:
    """Have a function of ours run without waiting for it: Lambda keeps what it is to do, and tries three times.

    Raises UnavailableError when Lambda does not take it.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    name = setting(function_variable)
    try:
        client("lambda").invoke(FunctionName=name, InvocationType="Event", Payload=json.dumps(payload).encode())
    except (BotoCoreError, ClientError) as error:
        logs.log_exception("a function does not take its work", error, function=name)
        raise UnavailableError("This cannot be begun at the moment") from error


def invoke(function_variable: str, event: dict[str, Any], seconds: int) -> dict[str, Any]:
    """What a function of ours answers within so many seconds; UnavailableError when it fails or does not answer."""
    from botocore.exceptions import BotoCoreError, ClientError

    name = setting(function_variable)
    try:
        answer = client("lambda", seconds).invoke(FunctionName=name, Payload=json.dumps(event).encode())
        told: dict[str, Any] = json.loads(answer["Payload"].read())
    except (BotoCoreError, ClientError) as error:
        logs.log_exception("a function does not answer", error, function=name)
        raise UnavailableError("Something that this needs does not answer at the moment") from error
    if "FunctionError" in answer:
        logs.log("ERROR", "a function failed", function=name, reason=str(told.get("errorMessage"))[:200])
        raise UnavailableError("Something that this needs does not answer at the moment")
    return told


def execution_arn(machine_variable: str, name: str) -> str:
    """The ARN of an execution by its name."""
    return setting(machine_variable).replace(":stateMachine:", ":execution:") + f":{name}"


def stop_execution(arn: str, why: str) -> bool:
    """End an execution; False when it is not running (any more)."""
    if execution_status(arn) != "RUNNING":
        return False
    client("stepfunctions").stop_execution(executionArn=arn, error="Stopped", cause=why)
    return True


def execution_status(execution_arn: str) -> str:
    """RUNNING, SUCCEEDED, FAILED, TIMED_OUT or ABORTED; MISSING when there is none of that name (any more)."""
    states = client("stepfunctions")
    try:
        status: str = states.describe_execution(executionArn=execution_arn)["status"]
    except (states.exceptions.ExecutionDoesNotExist, states.exceptions.InvalidArn):
        return "MISSING"
    return status


def invalidate(distribution_variable: str, path: str, reference: str) -> None:
    """Make the edge forget what it keeps of a path (with a * at its end); once for each reference."""
    client("cloudfront").create_invalidation(
        DistributionId=setting(distribution_variable),
        InvalidationBatch={"Paths": {"Quantity": 1, "Items": [path]}, "CallerReference": reference},
    )
