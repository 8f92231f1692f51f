"""Makes what a stage needs before its first request and CloudFormation cannot make: the first key that signs tokens."""

import json
import time
import urllib.error
import urllib.request
from typing import Any

from shared.base import logs, signing_keys
from shared.contract.declare import task
from shared.contract.resources import PUBLIC_KEYS, SIGNING_KEYS

ANSWER_TRIES = 4
ANSWER_SECONDS = 5


@task(at_deployment=True, needs=(SIGNING_KEYS.read, SIGNING_KEYS.write, PUBLIC_KEYS.read, PUBLIC_KEYS.write))
def prepare_stage(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Prepare the stage, as a custom resource of CloudFormation; keys that exist are never replaced.

    `event` is a custom resource request; without a ResponseURL (invoked by hand) the answer is only returned. A failure
    is answered as FAILED, so that the deployment ends at once instead of after an hour.
    """
    try:
        if event.get("RequestType") != "Delete":
            signing_keys.prepare()
        answer = _answer(event, "SUCCESS", "")
    except Exception as error:  # noqa: BLE001 - whatever it was, CloudFormation waits for an answer
        logs.log_exception("the stage could not be prepared", error)
        answer = _answer(event, "FAILED", f"{type(error).__name__}: see the log of {_log_name(context)}")
    if event.get("ResponseURL"):
        _send(str(event["ResponseURL"]), answer)
    return answer


def _answer(event: dict[str, Any], status: str, reason: str) -> dict[str, Any]:
    """The answer that CloudFormation expects (custom resource response objects in its user guide)."""
    same = {name: event.get(name, "") for name in ("StackId", "RequestId", "LogicalResourceId")}
    return {"Status": status, "Reason": reason, "PhysicalResourceId": "prepared-stage", **same}


def _log_name(context: Any) -> str:
    return str(getattr(context, "log_stream_name", "this function"))


def _send(url: str, answer: dict[str, Any]) -> None:
    """PUT the answer to the presigned address, which wants no content type. OSError when no try succeeds."""
    if not url.startswith(("https://", "http://")):
        raise ValueError("the ResponseURL is no web address")
    body = json.dumps(answer).encode()
    for attempt in range(ANSWER_TRIES):
        request = urllib.request.Request(url, body, {"Content-Type": ""}, method="PUT")  # noqa: S310 - checked above
        try:
            with urllib.request.urlopen(request, timeout=ANSWER_SECONDS):  # noqa: S310 - checked above
                return
        except OSError as error:
            logs.log("WARNING", "CloudFormation did not take the answer", problem=str(error))
            if attempt == ANSWER_TRIES - 1:
                raise
            time.sleep(0.2 * 2**attempt)


handler = prepare_stage
