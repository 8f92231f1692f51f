"""What a video's owner is told of an execution that failed."""

import json
from typing import Any

from shared.media.errors import MediaError

UNKNOWN_FAILURE = ("PROCESSING_FAILED", "The video could not be processed. Try to upload it again.")
NO_CAPACITY = "CAPACITY:"
"""In the reason of a Batch job that was cancelled because no machine came."""
NO_MACHINE = ("NO_MACHINE", "No machine was free to process the video. Try to upload it again later.")
FAILURES = {
    "States.Timeout": ("PROCESSING_TIMEOUT", "Processing took too long and was ended."),
    "Execution.TIMED_OUT": ("PROCESSING_TIMEOUT", "Processing took too long and was ended."),
    "Execution.ABORTED": ("PROCESSING_STOPPED", "Processing was stopped."),
}


def in_words(error: dict[str, Any]) -> tuple[str, str]:
    """Code and sentence of a state's error: a step's own words where it had any."""
    if error.get("Error") in FAILURES:
        return FAILURES[error["Error"]]
    try:
        cause = json.loads(error.get("Cause") or "{}")
        if NO_CAPACITY in cause.get("StatusReason", ""):
            return NO_MACHINE
        told = cause["errorMessage"]
        if error.get("Error") == MediaError.__name__:
            code, _, message = told.partition(": ")
            return code, message
        words = json.loads(told)
        return str(words["code"]), str(words["message"])
    except (ValueError, KeyError, TypeError, AttributeError):
        return UNKNOWN_FAILURE
