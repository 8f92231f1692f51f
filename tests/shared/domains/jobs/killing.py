"""A step in a process of its own that is killed at a named point of its calls to AWS.

The child asks this process for every call, since moto's state is here. What it wrote is written, what it held is lost.
"""

import io
import os
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import Any

from botocore.client import BaseClient
from botocore.exceptions import ClientError
from botocore.response import StreamingBody

from shared.base import aws
from shared.domains.jobs.service.parts import Part

WORD = "a word of the encoder"


@dataclass(frozen=True)
class Point:
    """Before or after the first call of an operation whose key, or whatever it names, holds a text.

    number  of such calls, 1 for the first
    """

    when: str
    operation: str
    text: str = ""
    number: int = 1

    def __str__(self) -> str:
        """For example after PutObject manifest.json."""
        return f"{self.when} {self.operation} {self.text}".strip() + (f" {self.number}" if self.number > 1 else "")


def kill_at(point: Point, run: Callable[[], Any], by: int = signal.SIGKILL) -> None:
    """Run a step in a child that is sent a signal at the point; AssertionError unless it ended by it."""
    ours, theirs = Pipe()
    child = os.fork()
    if not child:
        try:
            ours.close()
            _become(theirs, point, by)
            run()
        except SystemExit as end:
            os._exit(int(str(end.code)))
        finally:
            os._exit(1)  # the point was not reached, whether the step went well or not
    theirs.close()
    _serve(ours)
    status = os.waitpid(child, 0)[1]
    ended = {-by, 128 + by}  # at once, or in order
    assert os.waitstatus_to_exitcode(status) in ended, f"it never came to {point}"


def _serve(asked: Connection) -> None:
    """Make the child's calls until it is gone."""
    while True:
        try:
            service, operation, parameters = asked.recv()
        except EOFError:
            return
        make: Any = getattr(aws.client(service), "_make_api_call")  # noqa: B009 - botocore's stubs hide it
        try:
            answer = make(operation, parameters)
        except ClientError as error:
            asked.send((error.response, True))
            continue
        if "Body" in answer:
            answer["Body"] = answer["Body"].read()
        asked.send((answer, False))


def _become(parent: Connection, point: Point, by: int) -> None:
    """In the child: ask the parent for every call, and die at the point."""
    lock, seen = threading.Lock(), 0

    def die() -> None:
        os.kill(os.getpid(), by)

    def make_api_call(client: Any, operation: str, parameters: dict[str, Any]) -> Any:
        nonlocal seen
        with lock:
            seen += (is_like := operation == point.operation and point.text in str(parameters))
            is_it = is_like and seen == point.number
            if is_it and point.when == "before":
                die()
            parent.send((client.meta.service_model.service_name, operation, parameters))
            answer, is_error = parent.recv()
            if is_it:
                die()
        return _answered(client, operation, answer, is_error=is_error)

    tell = Part.tell

    def tell_last(part: Part, piece: Any, share: float) -> None:
        die()
        tell(part, piece, share)

    setattr(BaseClient, "_make_api_call", make_api_call)  # noqa: B010 - botocore's stubs hide it
    if point.operation == WORD:
        setattr(Part, "tell", tell_last)  # noqa: B010


def _answered(client: Any, operation: str, answer: dict[str, Any], *, is_error: bool) -> dict[str, Any]:
    if is_error:
        raise client.exceptions.from_code(answer["Error"]["Code"])(answer, operation)
    if "Body" in answer:
        answer["Body"] = StreamingBody(io.BytesIO(answer["Body"]), len(answer["Body"]))
    return answer
