"""A user of the deployed API, and a look behind the scenes for tests."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx
import pytest

from infra.local.demo.client import ApiClient
from infra.local.stack import LocalStack

PATIENCE = 180


class Traveller:
    """One registered user."""

    def __init__(self, stack: LocalStack) -> None:
        self.stack = stack
        self.client = ApiClient(stack.outputs["ApiUrl"])
        self.name = self.client.register()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.client.close()

    def request(self, method: str, path: str, **more: Any) -> httpx.Response:
        return self.client.request(method, path, **more)

    def upload(self, file: Path) -> str:
        """Upload a file with one PUT; the video's id."""
        asked = {"filename": "film.mp4", "file_size": file.stat().st_size, "content_type": "video/mp4"}
        told = self.client.call("POST", "/api/upload/video/request", asked)
        sent = httpx.request(told["method"], told["upload_url"], content=file.read_bytes(), headers=told["headers"])
        assert sent.status_code == 200, sent.text
        return str(told["video_id"])

    def ended(self, video_id: str) -> dict[str, Any]:
        """The video once its processing has ended, checked on the way: progress never goes back."""
        progress = 0

        def look() -> dict[str, Any] | None:
            nonlocal progress
            video = self.client.video(video_id)
            assert video["progress"] >= progress
            progress = video["progress"]
            return video if video["processing_status"] in ("ready", "error") else None

        return until(look, f"the end of {video_id}")

    def ready(self, file: Path) -> dict[str, Any]:
        """Upload a file and see it become a stream."""
        video = self.ended(self.upload(file))
        assert video["processing_status"] == "ready", video
        return video

    # behind the scenes

    def aws(self, service: str) -> Any:
        return self.stack.clients(service)

    @property
    def machine(self) -> str:
        machines = self.aws("stepfunctions").list_state_machines()["stateMachines"]
        return next(str(machine["stateMachineArn"]) for machine in machines if machine["name"].endswith("-transcode"))

    def executions(self, video_id: str) -> list[dict[str, Any]]:
        found = self.aws("stepfunctions").list_executions(stateMachineArn=self.machine)["executions"]
        return [execution for execution in found if execution["name"].startswith(video_id)]

    def execution(self, video_id: str) -> str:
        """The ARN of the video's one execution, once it has begun."""
        found = until(lambda: self.executions(video_id), f"an execution of {video_id}")
        assert len(found) == 1
        return str(found[0]["executionArn"])

    def entered(self, execution_arn: str) -> list[str]:
        """The states that an execution entered."""
        pages = self.aws("stepfunctions").get_paginator("get_execution_history").paginate(executionArn=execution_arn)
        events = [event for page in pages for event in page["events"]]
        return [event["stateEnteredEventDetails"]["name"] for event in events if "stateEnteredEventDetails" in event]

    @property
    def bucket(self) -> str:
        return str(next(name for name in _names(self.stack.outputs) if "-media-" in name))

    def keys(self, prefix: str) -> list[str]:
        found = self.aws("s3").list_objects_v2(Bucket=self.bucket, Prefix=prefix).get("Contents", [])
        return [entry["Key"] for entry in found]

    def invoke(self, name: str, event: dict[str, Any] | None = None) -> Any:
        """Run a function of the stage by its file's name, as a schedule would."""
        answer = self.aws("lambda").invoke(FunctionName=f"showreel-dev-{name}", Payload=json.dumps(event or {}))
        payload = json.loads(answer["Payload"].read() or b"null")
        assert "FunctionError" not in answer, payload
        return payload

    def row(self, video_id: str) -> dict[str, Any]:
        item = self.aws("dynamodb").get_item(TableName="showreel-dev-videos", Key={"video_id": {"S": video_id}})
        return {name: next(iter(value.values())) for name, value in item.get("Item", {}).items()}


def _names(outputs: dict[str, Any]) -> list[str]:
    stack = next(values for name, values in outputs.items() if name.endswith("-media"))
    return [stack["MediaBucketName"]]


def is_whole_run(session: pytest.Session) -> bool:
    """Whether all journeys were made, and went well: only then it shows what none of them does."""
    journeys = {path.name for path in Path(__file__).parent.glob("test_*.py")}
    return journeys <= {item.path.name for item in session.items} and not session.testsfailed


def until(look: Callable[[], Any], what: str, seconds: float = PATIENCE) -> Any:
    """What `look` finds, as soon as it finds something."""
    limit = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < limit, f"waited {seconds} s for {what}"
        time.sleep(0.1)
    return found
