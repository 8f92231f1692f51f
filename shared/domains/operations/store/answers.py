"""One error for whatever keeps AWS from answering."""

from collections.abc import Iterator
from contextlib import contextmanager

from shared.base import logs
from shared.domains.operations.errors import NoAnswerError


@contextmanager
def answering() -> Iterator[None]:
    """Turn botocore's errors into NoAnswerError, and log them."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except (BotoCoreError, ClientError) as error:
        logs.log_exception("something that we depend on does not answer", error)
        raise NoAnswerError(type(error).__name__) from error
