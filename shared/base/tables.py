"""DynamoDB tables for the stores: PynamoDB models learn their table when a store is opened, and share one client."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from shared.base.aws import client
from shared.base.errors import UnavailableError
from shared.base.settings import setting

READ_SECONDS = 5

_OUTAGES = {
    "InternalServerError",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "ServiceUnavailable",
    "ThrottlingException",
    "TransactionInProgressException",
}


def bind(model: Any, variable: str) -> None:
    """Tie a PynamoDB model to the table that an environment variable names. Cheap when it is tied already.

    All models use one botocore client, with the deadlines and retries of shared.base.aws: PynamoDB by itself makes one
    for each model, and making one is the dearest thing that a cold function does.
    """
    model.Meta.table_name = setting(variable)
    shared_client = client("dynamodb", READ_SECONDS)
    connection = model._get_connection().connection
    if connection._client is not shared_client:
        connection._client = shared_client


def is_outage(error: Any) -> bool:
    """Whether a PynamoDB error says that DynamoDB did not answer, or was too busy: trying again later makes sense."""
    cause = error.cause
    if cause is None:
        return False
    return getattr(cause, "response", None) is None or error.cause_response_code in _OUTAGES


@contextmanager
def answering(what: str) -> Iterator[None]:
    """Turn botocore's "DynamoDB does not answer" into 503; other faults are ours and stay what they are.

    what  cannot be reached, for example "Jobs"
    """
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") not in _OUTAGES:
            raise
        raise UnavailableError(f"{what} cannot be reached at the moment") from error
    except BotoCoreError as error:
        raise UnavailableError(f"{what} cannot be reached at the moment") from error
