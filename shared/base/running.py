"""How functions run that nobody calls over HTTP: steps, events, schedules, and tasks of the deployer."""

import json
import sys
import time
import urllib.request
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from shared.base import logs
from shared.base.context import Context, begin
from shared.base.errors import AppError
from shared.base.settings import setting

EXIT_BAD_INPUT = 64
"""Exit code of a Batch job whose input cannot be processed: Batch gives up instead of trying again (EX_USAGE)."""

EXIT_UNAVAILABLE = 69
"""Exit code of a Batch job on a machine that lacks what the job needs (EX_UNAVAILABLE): another try cannot help."""

ATTEMPT_SECONDS = 6 * 3600
"""After so long Batch ends an attempt of a job."""

ANSWER_TRIES = 3

T = TypeVar("T")


class StepError(Exception):
    """A step cannot succeed, however often it is tried.

    Step Functions sees the class's name and, as the message, JSON with `code` and `message`.
    """

    def __init__(self, code: str, message: str) -> None:
        """`code` is for programs, `message` is a sentence for whoever uploaded."""
        super().__init__(json.dumps({"code": code, "message": message}))
        self.code = code
        self.message = message


class WrongMachineError(Exception):
    """A step cannot run on this kind of machine, however often it is tried; on another kind it may."""


_end = float("inf")
"""When Lambda ends this invocation, on the monotonic clock."""


def seconds_left() -> float:
    """Seconds that this invocation may still take; infinite where nothing but the work's own limits ends it."""
    return _end - time.monotonic()


def _remember_end(context: Any) -> None:
    global _end  # noqa: PLW0603 - an instance runs one invocation at a time
    left = getattr(context, "get_remaining_time_in_millis", None)
    _end = time.monotonic() + left() / 1000 if left else float("inf")


def serve(function: Callable[..., Any]) -> Callable[[dict[str, Any], Any], Any]:
    """The Lambda handler of a step, an event, a schedule or a task: one log line a run, errors go on to the service."""

    def handler(event: dict[str, Any], context: Any) -> Any:
        began = time.perf_counter()
        _remember_end(context)
        begin(Context(request_id=getattr(context, "aws_request_id", "")))
        try:
            result = function(event)
        except Exception as error:
            logs.log_exception(f"{function.__name__} failed", error)
            raise
        logs.log("INFO", function.__name__, milliseconds=round((time.perf_counter() - began) * 1000))
        return result

    return handler


def each(found: Iterable[T], work: Callable[[T], object]) -> None:
    """Do the work on all that was found: what fails is logged, keeps nothing else waiting, and is raised at the end."""
    errors = []
    for one in found:
        try:
            work(one)
        except Exception as error:  # noqa: BLE001 - raised below, once the others have had their turn
            logs.log_exception(f"{work.__name__} failed", error, what=str(one))
            errors.append(error)
    if errors:
        raise ExceptionGroup(f"{len(errors)} failed", errors)


def run_as_job(function: Callable[[dict[str, Any]], Any]) -> None:
    """Run a step as a Batch job: its input is the last argument, as JSON. Ends the process.

    A job of an array is told its number in it as `worker`.
    """
    told = json.loads(sys.argv[-1])
    if number := setting("AWS_BATCH_JOB_ARRAY_INDEX", ""):
        told["worker"] = int(number)
    try:
        function(told)
    except StepError as error:
        logs.log("ERROR", f"{function.__name__} gives up", code=error.code, reason=error.message)
        sys.exit(EXIT_BAD_INPUT)
    except WrongMachineError as error:
        logs.log("ERROR", f"{function.__name__} cannot run here", reason=str(error))
        sys.exit(EXIT_UNAVAILABLE)


def serve_deployment(function: Callable[[dict[str, Any]], None]) -> Callable[[dict[str, Any], Any], None]:
    """The handler of a CloudFormation custom resource: runs at creation and update, and always answers.

    `function` gets the resource's properties and must be safe to run twice. Deletion changes nothing.
    Source: the custom resource request and response objects in the CloudFormation user guide.
    """

    def handler(event: dict[str, Any], context: Any) -> None:
        reason = ""
        try:
            if event["RequestType"] != "Delete":
                function(event["ResourceProperties"])
        except Exception as error:  # noqa: BLE001 - without an answer CloudFormation would wait for an hour
            logs.log_exception(f"{function.__name__} failed", error)
            reason = str(error.message if isinstance(error, AppError) else error)[:500] or type(error).__name__
        _answer(event, function.__name__, reason)
        logs.log("INFO", function.__name__, request=event["RequestType"], failed=bool(reason))

    return handler


def _answer(event: dict[str, Any], name: str, reason: str) -> None:
    answer = {
        "Status": "FAILED" if reason else "SUCCESS",
        "Reason": reason,
        "PhysicalResourceId": event.get("PhysicalResourceId") or name,
        **{key: event[key] for key in ("StackId", "RequestId", "LogicalResourceId")},
    }
    body = json.dumps(answer).encode()
    for tries_left in reversed(range(ANSWER_TRIES)):
        request = urllib.request.Request(  # noqa: S310 - the address comes from CloudFormation
            event["ResponseURL"], data=body, method="PUT", headers={"content-type": ""}
        )
        try:
            with urllib.request.urlopen(request, timeout=10):  # noqa: S310  # nosec B310
                return
        except OSError:
            if not tries_left:
                raise
            time.sleep(1)
