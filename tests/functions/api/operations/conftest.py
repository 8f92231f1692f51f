"""The stage for these tests, with a media function that a test can break."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import pytest
from botocore.client import BaseClient

from functions.tasks.check_media_tools import check_media_tools
from shared.base import aws
from shared.base.ids import new_id
from shared.base.jobs import count_job
from shared.contract.resources import CHECK_MEDIA_TOOLS
from shared.domains.operations.errors import NoAnswerError
from shared.domains.operations.store.findings import READ_SECONDS
from tests.aws import Stage, lasting_stage, stage
from tests.clock import turned_clock

__all__ = ["lasting_stage", "stage", "turned_clock"]

NAME = "showreel-test-check_media_tools"


@dataclass
class Operated:
    """A stage whose media function runs in this process. `broken` are operations that get no answer."""

    stage: Stage
    broken: set[str] = field(default_factory=set)

    def calls_of(self, what: Callable[[], Any]) -> list[str]:
        """The operations that `what` calls; those of the media function are its own."""
        before = len(self.stage.calls)
        what()
        return [call.operation for call in self.stage.calls[before:]]

    def move(self, before: str, after: str) -> None:
        """Count a job's move from one status to another."""
        with self.stage.unrecorded():
            aws.client("dynamodb", READ_SECONDS).transact_write_items(
                TransactItems=[count_job(new_id(), before, after)]
            )


def without_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take away what a function is told."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_DEFAULT_REGION", "STAGE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def operated(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> Operated:
    import imageio_ffmpeg
    from botocore.exceptions import ConnectTimeoutError

    monkeypatch.setenv(CHECK_MEDIA_TOOLS.variable, NAME)
    monkeypatch.setenv("FFMPEG_PATH", imageio_ffmpeg.get_ffmpeg_exe())
    made = Operated(stage)
    original = BaseClient._make_api_call  # type: ignore[missing-attribute]

    def make_api_call(client: Any, operation: str, parameters: dict[str, Any]) -> Any:
        if operation in made.broken:
            raise ConnectTimeoutError(endpoint_url="https://aws.example")
        if operation != "Invoke":
            return original(client, operation, parameters)
        assert parameters["FunctionName"] == NAME
        stage.note(_call(operation, parameters))
        with stage.unrecorded():
            return answer_of_media_function()

    monkeypatch.setattr(BaseClient, "_make_api_call", make_api_call)
    return made


def answer_of_media_function() -> dict[str, Any]:
    """What Lambda tells whoever invokes it, also when the function fails."""
    try:
        return {"StatusCode": 200, "Payload": BytesIO(json.dumps(check_media_tools({})).encode())}
    except NoAnswerError as error:
        failed = {"errorType": type(error).__name__, "errorMessage": str(error)}
        return {"StatusCode": 200, "FunctionError": "Unhandled", "Payload": BytesIO(json.dumps(failed).encode())}


def _call(operation: str, parameters: dict[str, Any]) -> Any:
    from tests.aws import Call

    return Call("lambda", operation, parameters)
