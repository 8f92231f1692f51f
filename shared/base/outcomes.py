"""What a state machine says of an error, in words for whoever waits for the work."""

import json
from typing import Any

from shared.base.running import StepError

TIMEOUT = ("PROCESSING_TIMEOUT", "The work took too long and was ended.")
STOPPED = ("PROCESSING_STOPPED", "The work was stopped.")
UNKNOWN = ("PROCESSING_FAILED", "The work could not be done. Try it again.")

_KNOWN = {"States.Timeout": TIMEOUT, "Execution.TIMED_OUT": TIMEOUT, "Execution.ABORTED": STOPPED}


def cause_of(code: str, message: str) -> tuple[str, str]:
    """Error and Cause of a state that fails with these words, as if a step had raised them: the inverse of `words_of`.

    For whoever ends a task that waits for its token.
    """
    words = json.dumps({"code": code, "message": message})
    return StepError.__name__, json.dumps({"errorMessage": words})


def words_of(error: dict[str, Any]) -> tuple[str, str]:
    """Code and sentence of a state's error output (Error, Cause): a step's own words where it had any."""
    name = str(error.get("Error", ""))
    if name in _KNOWN:
        return _KNOWN[name]
    if name != StepError.__name__:
        return UNKNOWN
    try:
        words = json.loads(json.loads(error.get("Cause") or "{}")["errorMessage"])
        return str(words["code"]), str(words["message"])
    except (ValueError, KeyError, TypeError):
        return UNKNOWN
